"""After the mission: the expert's report, asked by a mail link and reminded, and the lead's feedback on the expert."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from facility.awards.service.news import lead_contact, write_to_lead
from facility.db import Database, Tx
from facility.deployments.events.missions import (
    ExpertFeedbackGiven,
    MissionReportAsked,
    MissionReportReminded,
    MissionReportSent,
    MissionReportWaived,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.report import ExpertFeedback, MissionReport, ReportState
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.rules.report import DRAFT, may_send, may_waive, period
from facility.deployments.service.inviting import INVITATION, facts, write_to_expert
from facility.drafting.service import drop, forgets
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled
from facility.inquiries.kinds import Mailing, RemindedKind
from facility.inquiries.service import end, end_what_is_over, lock, put, record_event, remind
from facility.outbox.links import live_link
from facility.outbox.models import Link
from facility.refused import refuse
from facility.web.filters import instant
from facility.web.i18n import N_, _, filled
from facility.zone import BRUSSELS


async def _lock_deployment(tx: Tx, deployment_id: UUID) -> Deployment:
    return await tx.lock(Deployment, deployment_id)


def _begin(row: MissionReport, deployment: Deployment, at: datetime) -> None:
    due = period(at, deployment.report_days or 1)
    row.asked_at, row.ends_at, row.remind_at, row.reminded_at = at, due.ends_at, due.remind_at, None


async def _write(tx: Tx, row: MissionReport, mailing: Mailing, link: Link | None) -> None:
    deployment = await tx.get(Deployment, row.deployment_id)
    invitation = await tx.get(Invitation, row.invitation_id)
    subject = filled(mailing.subject, reference=deployment.reference)
    await write_to_expert(
        tx, invitation, deployment, mailing.template, subject, link=link, answer_by=instant(row.ends_at)
    )


REPORT = RemindedKind(
    table=MissionReport,
    about="deployment_id",
    lock=_lock_deployment,
    over="report_sent",
    begin=_begin,
    write=_write,
    asks=Mailing("report", N_("Your mission report: {reference}")),
    asked_again=MissionReportAsked,
    reminds=Mailing("report_again", N_("Reminder: your mission report {reference}")),
    reminded=MissionReportReminded,
    silent=ReportState.LATE,
    ended_silent=MissionReportReminded,
)
forgets(f"section = '{DRAFT}' AND unsaved.saved_at <= :left")
_LATE = Mailing("report_late", N_("Your mission report is late: {reference}"))


@scheduled("deployments.reports")
async def ask_for_reports(db: Database, now: datetime) -> int:
    """After the last day of a request with a report, whoever was booked is asked for it."""
    due = (
        select(Invitation.id)
        .join(Deployment, Deployment.id == Invitation.deployment_id)
        .where(
            Deployment.report_days.is_not(None),
            Deployment.ends_on < now.astimezone(BRUSSELS).date(),
            Invitation.outcome == InvitationStatus.ACCEPTED,
            Deployment.state != DeploymentState.ENDED,
            ~exists().where(MissionReport.invitation_id == Invitation.id),
        )
    )
    return await one_by_one(db, now, due.order_by(Deployment.ends_on, Invitation.id), _ask)


async def _ask(tx: Tx, invitation_id: UUID) -> bool:
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    existing = select(MissionReport.id).filter_by(invitation_id=invitation_id)
    if invitation.outcome != InvitationStatus.ACCEPTED or await tx.session.scalar(existing):
        return False
    row = put(
        tx,
        REPORT,
        deployment,
        deployment_id=deployment.id,
        invitation_id=invitation_id,
        seat=invitation.seat,
        done="",
        results="",
        recommendations="",
        comment="",
    )
    await tx.flush()
    await record_event(tx, row, MissionReportAsked)
    return True


@scheduled("deployments.report_reminders")
async def remind_of_reports(db: Database, now: datetime) -> int:
    """Remind experts two days before."""
    return await remind(db, now, REPORT)


@scheduled("deployments.late_reports")
async def end_report_periods(db: Database, now: datetime) -> int:
    """A report that was not sent in time is late."""
    return await end_what_is_over(db, now, REPORT)


async def write_reminder(tx: Tx, report_id: UUID) -> None:
    """The same link once more, before the date or after it."""
    row = await tx.get(MissionReport, report_id)
    if row.state in (ReportState.OPEN, ReportState.LATE):
        mailing = _LATE if row.state == ReportState.LATE else REPORT.reminds
        await _write(tx, row, mailing, await live_link(tx, REPORT.name, row.id))


async def send_report(tx: Tx, report_id: UUID, answers: dict[str, Any]) -> MissionReport:
    """The expert's report and feedback, once, also after the date. answers: by the columns of `MissionReport`. Refused:
    `rules.report.may_send`."""
    row, _deployment = await lock(tx, REPORT, report_id)
    may_send(row.state)
    for name, answer in answers.items():
        setattr(row, name, answer)
    end(tx, row, ReportState.SENT)
    await tx.flush()
    await drop(tx, row.id)
    await record_event(tx, row, MissionReportSent)
    return row


async def waive_report(tx: Tx, deployment_id: UUID, report_id: UUID, *, reason: str) -> MissionReport:
    """The secretariat no longer asks for a report that is late. Refused: `rules.report.may_waive`."""
    row, _deployment = await lock(tx, REPORT, report_id, deployment_id)
    may_waive(late=row.state == ReportState.LATE, reason=reason)
    row.waived_reason = reason.strip()
    end(tx, row, ReportState.WAIVED)
    await tx.flush()
    await drop(tx, row.id)
    await record_event(tx, row, MissionReportWaived)
    return row


async def tell_of_waived_report(tx: Tx, report_id: UUID) -> None:
    """To the expert: no report is needed any more, and why."""
    row = await tx.get(MissionReport, report_id)
    invitation = await tx.get(Invitation, row.invitation_id)
    deployment = await tx.get(Deployment, row.deployment_id)
    subject = _("No mission report is needed: {reference}", reference=deployment.reference)
    await write_to_expert(tx, invitation, deployment, "report_waived", subject, reason=row.waived_reason)


async def tell_lead_of_report(tx: Tx, report_id: UUID) -> None:
    """To the lead's contact: the page with the report, where the lead says how the expert was."""
    row = await tx.get(MissionReport, report_id)
    deployment = await tx.get(Deployment, row.deployment_id)
    key = deployment.application_id
    contact = await lead_contact(tx, key)
    subject = _("Report of a mission: {reference}", reference=deployment.reference)
    path = f"/applications/{key}/missions/{row.invitation_id}"
    more = {**facts(deployment), "path": path}
    await write_to_lead(tx, contact, key, "deployments/report_there", subject, **more)


async def give_feedback(
    tx: Tx, application_id: UUID, invitation_id: UUID, answers: dict[str, Any]
) -> ExpertFeedback:
    """The lead's feedback on an expert after the mission, once. Refused: (missing) where the mission is of another application or not over,
    "feedback_given"."""
    deployment = await tx.lock(Deployment, (await tx.get(Invitation, invitation_id)).deployment_id)
    row = await tx.session.scalar(select(MissionReport).filter_by(invitation_id=invitation_id))
    if row is None or deployment.application_id != application_id:
        refuse("not_found", kind="missing", what="invitation")
    if await tx.session.get(ExpertFeedback, invitation_id) is not None:
        refuse("feedback_given")
    feedback = ExpertFeedback(invitation_id=invitation_id, given_by=tx.actor, given_at=tx.now, **answers)
    tx.add(feedback)
    await tx.flush()
    await record(
        tx, ExpertFeedbackGiven(deployment_id=deployment.id, invitation_id=invitation_id, seat=row.seat)
    )
    return feedback
