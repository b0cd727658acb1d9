"""What follows from an award that ends, and from a yes; and the mails about invitations.

No mail holds case data, and no subject personal data: what is asked stands behind the link.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from facility.accounts.models import Person
from facility.applications.service.conflicts import officers_for
from facility.awards.events import AwardEnded
from facility.db import Tx
from facility.deployments.events.requests import (
    DeploymentCalledOff,
    DeploymentEnded,
    DueConfirmed,
    ExpertAskedAgain,
    ExpertInvited,
    InvitationAccepted,
    InvitationEnded,
    InvitationReminded,
    ListExhausted,
    MissionOver,
    MissionReportAsked,
    MissionReportReminded,
    MissionReportSent,
    ReleaseAsked,
    ReleaseAskedAgain,
    ReleaseCancelled,
    ReleaseGiven,
    ReleaseReminded,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.report import MissionReport
from facility.deployments.models.request import Deployment
from facility.deployments.queries.requests import ADRIFT
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service import release as releases
from facility.deployments.service import reporting
from facility.deployments.service.appointing import appoint
from facility.deployments.service.ending import end_deployments, end_unavailable
from facility.deployments.service.extending import propose
from facility.deployments.service.inviting import INVITATION, contact_of, facts, write_to_expert
from facility.deployments.words import relaxed_in_words
from facility.events.models import EventRow
from facility.events.reactions import reacts_to
from facility.experts.events.pool import ExpertChanged
from facility.inquiries.service import ask_at_new_address, send_link, send_reminder
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.filters import eur
from facility.web.i18n import _
from facility.zone import BRUSSELS


@reacts_to(AwardEnded)
async def end_with_the_award(tx: Tx, event: AwardEnded) -> None:
    """Deployments of an award that ended end too."""
    await end_deployments(tx, event.award_id)


@reacts_to(InvitationAccepted)
async def end_clashing_invitations(tx: Tx, event: InvitationAccepted) -> None:
    """Whoever said yes can't be asked for the same days elsewhere: those invitations end, and the next is asked."""
    await end_unavailable(tx, event.expert_id, event.deployment_id)


@reacts_to(ExpertChanged)
async def invite_at_the_new_address(tx: Tx, event: ExpertChanged) -> None:
    """Nobody was asked at an address that is corrected only now."""
    if "email" in event.fields:
        await ask_at_new_address(tx, INVITATION, Invitation.expert_id == event.expert_id)
        invited = select(Invitation.id).where(Invitation.expert_id == event.expert_id)
        await ask_at_new_address(tx, reporting.REPORT, MissionReport.invitation_id.in_(invited))


@reacts_to(ExpertInvited, ExpertAskedAgain)
async def invite(tx: Tx, event: ExpertInvited | ExpertAskedAgain) -> None:
    """The invitation with its link; none where it has ended."""
    await send_link(tx, INVITATION, event.invitation_id)


@reacts_to(InvitationReminded)
async def remind_of_invitation(tx: Tx, event: InvitationReminded) -> None:
    """The same link once more."""
    await send_reminder(tx, INVITATION, event.invitation_id)


@reacts_to(InvitationAccepted)
async def confirm(tx: Tx, event: InvitationAccepted) -> None:
    """Days, place and contact to the expert who said yes, with the same link, by which the yes can be taken back: also by an expert
    in whose name somebody else gave it."""
    invitation = await tx.get(Invitation, event.invitation_id)
    if invitation.outcome != InvitationStatus.ACCEPTED:
        return
    deployment = await tx.get(Deployment, event.deployment_id)
    link = await _latest_link(tx, invitation)
    subject = _("You are booked: {reference}", reference=deployment.reference)
    await write_to_expert(
        tx,
        invitation,
        deployment,
        "accepted",
        subject,
        link=link,
        has_link=link is not None,
        contact=contact_of(deployment),
    )


@reacts_to(InvitationEnded)
async def tell_of_the_end(tx: Tx, event: InvitationEnded) -> None:
    """To the expert: the invitation is void with its award or its request, or the yes is taken back. Of the latter the officer hears,
    too, where it was the expert who took it back, or says that it was not theirs."""
    if event.how == "unavailable":
        return
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Your invitation {reference} has ended", reference=deployment.reference)
    if event.how == "withdrawn":
        if deployment.end_reason is None:
            await write_to_expert(tx, invitation, deployment, "withdrawn", subject)
        else:
            reason = deployment.end_reason
            await write_to_expert(
                tx, invitation, deployment, "called_off", subject, booked=False, reason=reason
            )
        return
    if event.how == "taken":
        subject = _("Not needed any more: {reference}", reference=deployment.reference)
        await write_to_expert(tx, invitation, deployment, "taken", subject)
        return
    if event.how == "disowned":
        await write_to_expert(tx, invitation, deployment, "disowned", subject)
        subject = _("An expert did not accept: {reference}", reference=deployment.reference)
        await _to_officer(tx, deployment, "not_their_yes", subject, seat=event.seat)
        return
    if event.how == "not released":
        await _tell_of_refused_release(tx, invitation, deployment)
        return
    by_expert = await _actor(tx) is None
    await write_to_expert(
        tx, invitation, deployment, "cancelled", subject, by_expert=by_expert, reason=invitation.reason
    )
    if by_expert:
        subject = _("An expert cancelled: {reference}", reference=deployment.reference)
        await _to_officer(tx, deployment, "taken_back", subject, seat=event.seat)


async def _tell_of_refused_release(tx: Tx, invitation: Invitation, deployment: Deployment) -> None:
    refused = select(Release.reason).filter_by(invitation_id=invitation.id, state=ReleaseState.REFUSED)
    reason = (await tx.session.scalars(refused.order_by(Release.ended_at.desc()).limit(1))).first() or ""
    subject = _("Not released: {reference}", reference=deployment.reference)
    await write_to_expert(tx, invitation, deployment, "not_released", subject, for_expert=True, reason=reason)
    await _to_officer(tx, deployment, "not_released", subject, for_expert=False, reason="")


@reacts_to(DeploymentEnded)
async def tell_of_released_bookings(tx: Tx, event: DeploymentEnded) -> None:
    """To those who had said yes: they are not needed any more. Not where it lies in the past: awards are closed later."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if deployment.ends_on < tx.now.astimezone(BRUSSELS).date():
        return
    subject = _("Your booking {reference} is cancelled", reference=deployment.reference)
    for invitation in await _accepted(tx, deployment.id):
        await write_to_expert(tx, invitation, deployment, "award_ended", subject)


@reacts_to(DeploymentCalledOff)
async def tell_of_what_is_called_off(tx: Tx, event: DeploymentCalledOff) -> None:
    """To those who had said yes: they are not needed any more, and why."""
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Your booking {reference} is cancelled", reference=deployment.reference)
    for invitation in await _accepted(tx, deployment.id):
        await write_to_expert(
            tx, invitation, deployment, "called_off", subject, booked=True, reason=deployment.end_reason
        )


async def tell_of_days_without_activity(tx: Tx, award_id: UUID) -> None:
    """An activity of the award was moved or cancelled: where none takes place any more on days for which experts are booked or
    asked, the officer who asked learns it, and whoever is booked."""
    adrift = text(f"deployment.id IN ({ADRIFT})")
    query = select(Deployment).where(Deployment.award_id == award_id, adrift).order_by(Deployment.id)
    for deployment in (await tx.session.scalars(query, {"now": tx.now})).all():
        subject = _("No activity on the days of {reference}", reference=deployment.reference)
        own = deployment.wish_id is not None
        if own:
            subject = _("Activity moved or cancelled: {reference}", reference=deployment.reference)
        await _to_officer(tx, deployment, "days_without_activity", subject, for_expert=False, own=own)
        for invitation in await _accepted(tx, deployment.id):
            await write_to_expert(
                tx, invitation, deployment, "days_without_activity", subject, for_expert=True, own=own
            )


async def _accepted(tx: Tx, deployment_id: UUID) -> Sequence[Invitation]:
    query = select(Invitation).where(
        Invitation.deployment_id == deployment_id, Invitation.outcome == InvitationStatus.ACCEPTED
    )
    return (await tx.session.execute(query.order_by(Invitation.seat))).scalars().all()


@reacts_to(ListExhausted)
async def tell_that_the_list_ran_out(tx: Tx, event: ListExhausted) -> None:
    """To the officer who asked: a person must act, and what would help."""
    deployment = await tx.lock(Deployment, event.deployment_id)
    held = select(Invitation.seat).where(
        Invitation.deployment_id == deployment.id,
        Invitation.stands,
    )
    free = deployment.seats - len((await tx.session.execute(held)).all())
    if free <= 0:
        return
    await propose(tx, deployment)
    subject = _("No expert left to ask: {reference}", reference=deployment.reference)
    await _to_officer(
        tx,
        deployment,
        "exhausted",
        subject,
        free=free,
        seats=deployment.seats,
        proposals=[_in_words(deployment, proposal) for proposal in deployment.proposals],
    )


def _in_words(deployment: Deployment, proposal: dict[str, Any]) -> str:
    relaxed = relaxed_in_words(
        proposal["condition"],
        proposal["value"],
        language=deployment.language,
        level=deployment.language_level,
        least=deployment.min_theme_level,
    )
    return _("{relaxed}: {count} more", relaxed=relaxed, count=len(proposal["experts"]))


async def _actor(tx: Tx) -> UUID | None:
    """Who did what this reaction answers; nobody where it came by a link."""
    query = select(EventRow.actor_id).where(EventRow.id == tx.causation)
    return (await tx.session.execute(query)).scalar_one_or_none()


async def _to_officer(tx: Tx, deployment: Deployment, template: str, subject: str, **more: Any) -> None:
    """To the officer who asked; to the whole secretariat where that one is there no more."""
    officers = await officers_for(tx, deployment.application_id)
    requester: list[Person] = [officer for officer in officers if officer.id == deployment.requested_by]
    for officer in requester or officers:
        await post(
            tx,
            template=f"deployments/{template}",
            to=officer.email,
            to_name=officer.name,
            subject=subject,
            subject_id=deployment.id,
            context={**facts(deployment), "path": f"/deployments/{deployment.id}", **more},
        )


async def _latest_link(tx: Tx, invitation: Invitation) -> Link | None:
    latest = (
        select(Link)
        .where(Link.purpose == INVITATION.name, Link.subject_id == invitation.id)
        .order_by(Link.created_at.desc())
        .limit(1)
    )
    return (await tx.session.execute(latest)).scalar_one_or_none()


@reacts_to(MissionOver)
async def ask_for_travel(tx: Tx, event: MissionOver) -> None:
    """To the expert, when the last day is over: when did you travel?"""
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Your travel times: {reference}", reference=deployment.reference)
    link = await _latest_link(tx, invitation)
    await write_to_expert(tx, invitation, deployment, "travel", subject, link=link, has_link=link is not None)


@reacts_to(DueConfirmed)
async def tell_what_is_due(tx: Tx, event: DueConfirmed) -> None:
    """To the expert: the sum."""
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("What is due to you: {reference}", reference=deployment.reference)
    sums: dict[str, Any] = {
        "fee": eur(event.fee),
        "per_diem": eur(event.per_diem),
        "total": eur(event.fee + event.per_diem),
    }
    await write_to_expert(tx, invitation, deployment, "due", subject, **sums)


@reacts_to(InvitationAccepted)
async def ask_the_employer(tx: Tx, event: InvitationAccepted) -> None:
    """The superior is asked to release the expert, where the request needs it; where nobody is known, the expert is asked who it is."""
    if not await releases.ask_after_yes(tx, event.deployment_id, event.invitation_id):
        return
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Who can release you? {reference}", reference=deployment.reference)
    link = await _latest_link(tx, invitation)
    await write_to_expert(
        tx, invitation, deployment, "superior", subject, link=link, has_link=link is not None
    )


@reacts_to(ExpertChanged)
async def ask_the_employer_named_later(tx: Tx, event: ExpertChanged) -> None:
    """The profile names a superior now: they are asked wherever nobody was."""
    if "superior_email" not in event.fields:
        return
    booked = select(Invitation.deployment_id, Invitation.id).where(
        Invitation.expert_id == event.expert_id, Invitation.outcome == InvitationStatus.ACCEPTED
    )
    for row in (await tx.session.execute(booked.order_by(Invitation.deployment_id))).all():
        await releases.ask_after_yes(tx, row.deployment_id, row.id)


@reacts_to(ReleaseAsked, ReleaseAskedAgain)
async def write_to_superior(tx: Tx, event: ReleaseAsked | ReleaseAskedAgain) -> None:
    """The question with its link; none where it has ended."""
    await send_link(tx, releases.RELEASE, event.release_id)


@reacts_to(ReleaseReminded)
async def remind_superior(tx: Tx, event: ReleaseReminded) -> None:
    """The same link once more."""
    await send_reminder(tx, releases.RELEASE, event.release_id)


@reacts_to(ReleaseCancelled)
async def tell_superior(tx: Tx, event: ReleaseCancelled) -> None:
    """Nobody need answer any more."""
    row = await tx.get(Release, event.release_id)
    await releases.RELEASE.write(tx, row, releases.RELEASE.calls_off, None)


@reacts_to(InvitationAccepted, ReleaseGiven)
async def write_appointment(tx: Tx, event: InvitationAccepted | ReleaseGiven) -> None:
    """The letter of appointment, after the yes, or after the release where one is needed."""
    await appoint(tx, event.invitation_id)


@reacts_to(ReleaseGiven)
async def tell_of_release(tx: Tx, event: ReleaseGiven) -> None:
    """To the expert: the employer agrees."""
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("You are released: {reference}", reference=deployment.reference)
    await write_to_expert(tx, invitation, deployment, "released", subject)


@reacts_to(InvitationEnded)
async def end_release(tx: Tx, event: InvitationEnded) -> None:
    """With a booking that ends, nobody need release the expert."""
    await releases.end_releases(tx, event.deployment_id, event.invitation_id)


@reacts_to(DeploymentEnded, DeploymentCalledOff)
async def end_all_releases(tx: Tx, event: DeploymentEnded | DeploymentCalledOff) -> None:
    """With a request that ends, nobody need release its experts."""
    await releases.end_releases(tx, event.deployment_id)


@reacts_to(MissionReportAsked)
async def ask_for_report(tx: Tx, event: MissionReportAsked) -> None:
    """The form with its link; none where the report was sent."""
    await send_link(tx, reporting.REPORT, event.mission_report_id)


@reacts_to(MissionReportReminded)
async def remind_of_report(tx: Tx, event: MissionReportReminded) -> None:
    """The same link once more, before the date or after it."""
    await reporting.write_reminder(tx, event.mission_report_id)


@reacts_to(MissionReportSent)
async def tell_lead_of_report(tx: Tx, event: MissionReportSent) -> None:
    """To the lead: the report is there."""
    await reporting.tell_lead_of_report(tx, event.mission_report_id)
