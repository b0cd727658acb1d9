"""What follows from an award that ends, and from a yes; and the mails about invitations.

No mail holds case data, and no subject personal data: what is asked stands behind the link.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from facility.awards.events.awards import AwardEnded
from facility.db import Tx
from facility.deployments.events.missions import (
    DueConfirmed,
    MissionOver,
    MissionReportAsked,
    MissionReportReminded,
    MissionReportSent,
    MissionReportWaived,
)
from facility.deployments.events.requests import (
    DeploymentCalledOff,
    DeploymentEnded,
    ExpertAskedAgain,
    ExpertInvited,
    InvitationAccepted,
    InvitationEnded,
    InvitationReminded,
    ListExhausted,
    ReleaseAsked,
    ReleaseAskedAgain,
    ReleaseCancelled,
    ReleaseGiven,
    ReleaseReminded,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release
from facility.deployments.models.report import MissionReport
from facility.deployments.models.request import Deployment
from facility.deployments.queries.booked import calendar_entry
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service import release as releases
from facility.deployments.service import reporting
from facility.deployments.service.appointing import appoint
from facility.deployments.service.calendar import MISSION, changed_entry
from facility.deployments.service.ending import end_deployments, end_of_leaver, end_unavailable
from facility.deployments.service.extending import propose
from facility.deployments.service.inviting import INVITATION, contact_of, write_to_expert
from facility.deployments.service.news import (
    ACCEPTED,
    accepted,
    latest_link,
    tell_of_end,
    what_is_owed,
    write_to_officer,
)
from facility.deployments.words import relaxed_in_words
from facility.events.reactions import reacts_to
from facility.experts.events.pool import ExpertChanged, ExpertLeft, SuperiorConfirmed
from facility.inquiries.service import ask_at_new_address, send_link, send_reminder
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


@reacts_to(ExpertLeft)
async def ask_somebody_else(tx: Tx, event: ExpertLeft) -> None:
    """Whoever left the pool is not asked any more."""
    await end_of_leaver(tx, event.expert_id)


@reacts_to(ExpertChanged)
async def ask_somebody_else_than_who_was_taken_out(tx: Tx, event: ExpertChanged) -> None:
    """The same where the secretariat took the expert out of the pool."""
    if "active" in event.fields:
        await end_of_leaver(tx, event.expert_id)


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
    link = await latest_link(tx, invitation)
    subject = _("You are booked: {reference}", reference=deployment.reference)
    booking = await calendar_entry(await tx.session.connection(), invitation.id, tx.now)
    await write_to_expert(
        tx,
        invitation,
        deployment,
        ACCEPTED,
        subject,
        adrift=booking.adrift,
        link=link,
        entry=[(MISSION, invitation.id)],
        has_link=link is not None,
        contact=contact_of(deployment),
        release_first=deployment.release_days is not None,
    )


@reacts_to(InvitationEnded)
async def tell_of_the_end(tx: Tx, event: InvitationEnded) -> None:
    """To the expert, and where a person must act to the officer."""
    await tell_of_end(tx, event)


@reacts_to(DeploymentEnded)
async def tell_of_released_bookings(tx: Tx, event: DeploymentEnded) -> None:
    """To those who had said yes: they are not needed any more. Not where it lies in the past: awards are closed later."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if deployment.ends_on < tx.now.astimezone(BRUSSELS).date():
        return
    subject = _("Your booking {reference} is cancelled", reference=deployment.reference)
    for invitation in await accepted(tx, deployment.id):
        entry = await changed_entry(tx, invitation.id)
        await write_to_expert(
            tx,
            invitation,
            deployment,
            "award_ended",
            subject,
            entry=entry,
            **await what_is_owed(tx, invitation),
        )


@reacts_to(DeploymentCalledOff)
async def tell_of_what_is_called_off(tx: Tx, event: DeploymentCalledOff) -> None:
    """To those who had said yes: they are not needed any more, and why."""
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Your booking {reference} is cancelled", reference=deployment.reference)
    for invitation in await accepted(tx, deployment.id):
        entry = await changed_entry(tx, invitation.id)
        more: dict[str, Any] = {
            "booked": True,
            "reason": deployment.end_reason,
            **await what_is_owed(tx, invitation),
        }
        await write_to_expert(tx, invitation, deployment, "called_off", subject, entry=entry, **more)


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
    await write_to_officer(
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


@reacts_to(MissionOver)
async def ask_for_travel(tx: Tx, event: MissionOver) -> None:
    """To the expert, when the last day is over: when did you travel?"""
    invitation = await tx.get(Invitation, event.invitation_id)
    deployment = await tx.get(Deployment, event.deployment_id)
    subject = _("Your travel times: {reference}", reference=deployment.reference)
    link = await latest_link(tx, invitation)
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
        "cancelled": event.cancelled,
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
    link = await latest_link(tx, invitation)
    await write_to_expert(
        tx, invitation, deployment, "superior", subject, link=link, has_link=link is not None
    )


@reacts_to(ExpertChanged)
async def ask_the_employer_named_later(tx: Tx, event: ExpertChanged) -> None:
    """The profile names a superior now: they are asked wherever nobody was."""
    if "superior_email" in event.fields:
        await _ask_wherever_nobody_was(tx, event.expert_id)


@reacts_to(SuperiorConfirmed)
async def ask_the_confirmed_employer(tx: Tx, event: SuperiorConfirmed) -> None:
    """For the other bookings of the expert, too."""
    await _ask_wherever_nobody_was(tx, event.expert_id)


async def _ask_wherever_nobody_was(tx: Tx, expert_id: UUID) -> None:
    booked = select(Invitation.deployment_id, Invitation.id).where(
        Invitation.expert_id == expert_id, Invitation.outcome == InvitationStatus.ACCEPTED
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


@reacts_to(MissionReportWaived)
async def tell_of_waived_report(tx: Tx, event: MissionReportWaived) -> None:
    """To the expert, with the reason."""
    await reporting.tell_of_waived_report(tx, event.mission_report_id)


@reacts_to(MissionReportSent)
async def tell_lead_of_report(tx: Tx, event: MissionReportSent) -> None:
    """To the lead: the report is there."""
    await reporting.tell_lead_of_report(tx, event.mission_report_id)
