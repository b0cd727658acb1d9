"""Mails about a request that go to several people, or say different things as the case may be. None holds case data, and no subject
personal data."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from facility.accounts.models import Person
from facility.applications.service.conflicts_of_interest import officers_for
from facility.db import Tx
from facility.deployments.events.requests import InvitationEnded
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.mission import CancellationFee
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.queries.requests import ADRIFT
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.calendar import MISSION, changed_entry
from facility.deployments.service.inviting import INVITATION, facts, write_to_expert
from facility.events.models import EventRow
from facility.outbox.models import Link, Mail
from facility.outbox.service import post
from facility.web.filters import eur
from facility.web.i18n import _
from facility.zone import BRUSSELS

ACCEPTED, _WITHOUT, _AGAIN = "accepted", "days_without_activity", "days_with_activity"


async def tell_of_end(tx: Tx, event: InvitationEnded) -> None:
    """To the expert: the invitation is void with its award or its request, or the yes is taken back. Of the latter the officer hears,
    too, where it was the expert who took it back, or says that it was not theirs."""
    if event.how in ("unavailable", "left"):
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
        if invitation.outcome != InvitationStatus.TAKEN:
            return  # a seat fell free, and they are asked again
        subject = _("Not needed any more: {reference}", reference=deployment.reference)
        await write_to_expert(tx, invitation, deployment, "taken", subject)
        return
    if event.how == "disowned":
        entry = await changed_entry(tx, invitation.id)
        await write_to_expert(tx, invitation, deployment, "disowned", subject, entry=entry)
        subject = _("An expert did not accept: {reference}", reference=deployment.reference)
        await write_to_officer(tx, deployment, "not_their_yes", subject, seat=event.seat)
        return
    if event.how == "not released":
        await _tell_of_refused_release(tx, invitation, deployment)
        return
    by_expert = await _actor(tx) is None
    more: dict[str, Any] = {
        "by_expert": by_expert,
        "reason": invitation.reason,
        **await what_is_owed(tx, invitation),
    }
    entry = await changed_entry(tx, invitation.id)
    await write_to_expert(tx, invitation, deployment, "cancelled", subject, entry=entry, **more)
    if by_expert:
        subject = _("An expert cancelled: {reference}", reference=deployment.reference)
        await write_to_officer(tx, deployment, "taken_back", subject, seat=event.seat)


async def _tell_of_refused_release(tx: Tx, invitation: Invitation, deployment: Deployment) -> None:
    refused = select(Release.reason).filter_by(invitation_id=invitation.id, state=ReleaseState.REFUSED)
    reason = (await tx.session.scalars(refused.order_by(Release.ended_at.desc()).limit(1))).first() or ""
    subject = _("Not released: {reference}", reference=deployment.reference)
    entry = await changed_entry(tx, invitation.id)
    await write_to_expert(
        tx, invitation, deployment, "not_released", subject, entry=entry, for_expert=True, reason=reason
    )
    await write_to_officer(tx, deployment, "not_released", subject, for_expert=False, reason="")


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
        await write_to_officer(tx, deployment, _WITHOUT, subject, for_expert=False, own=own)
        for invitation in await accepted(tx, deployment.id):
            entry = await changed_entry(tx, invitation.id)
            await write_to_expert(
                tx, invitation, deployment, _WITHOUT, subject, entry=entry, for_expert=True, own=own
            )


async def tell_of_days_with_activity(tx: Tx, award_id: UUID) -> None:
    """An activity of the award was planned or moved: whoever is booked, and heard that none takes place on their days, learns that one
    does again."""
    stands = text(f"deployment.id NOT IN ({ADRIFT})")
    query = (
        select(Invitation.id, Deployment)
        .join(Deployment, Deployment.id == Invitation.deployment_id)
        .where(
            Deployment.award_id == award_id,
            Deployment.state != DeploymentState.ENDED,
            Deployment.ends_on >= tx.now.astimezone(BRUSSELS).date(),
            Invitation.outcome == InvitationStatus.ACCEPTED,
            stands,
        )
        .order_by(Deployment.id, Invitation.seat)
    )
    for invitation_id, deployment in (await tx.session.execute(query, {"now": tx.now})).all():
        invitation = await tx.lock(Invitation, invitation_id)
        if invitation.outcome != InvitationStatus.ACCEPTED or not await _waits(tx, invitation):
            continue
        subject = _("Your booking stands: {reference}", reference=deployment.reference)
        entry = await changed_entry(tx, invitation_id)
        own = deployment.wish_id is not None
        await write_to_expert(tx, invitation, deployment, _AGAIN, subject, entry=entry, own=own)


async def _waits(tx: Tx, invitation: Invitation) -> bool:
    """Whether the last mail that entered or changed the days of this booking said that no activity takes place on them."""
    templates = [f"deployments/{name}" for name in (ACCEPTED, _WITHOUT, _AGAIN)]
    query = select(Mail.template, Mail.context).where(
        Mail.subject_id == invitation.deployment_id,
        Mail.template.in_(templates),
        Mail.attachments.contains([[MISSION, str(invitation.id)]]),
    )
    latest = query.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(1)
    mail = (await tx.session.execute(latest)).first()
    if mail is None:
        return False
    return mail.template.endswith(_WITHOUT) or bool(mail.context.get("adrift"))


async def accepted(tx: Tx, deployment_id: UUID) -> Sequence[Invitation]:
    """Who is booked, by seat."""
    query = select(Invitation).where(
        Invitation.deployment_id == deployment_id, Invitation.outcome == InvitationStatus.ACCEPTED
    )
    return (await tx.session.execute(query.order_by(Invitation.seat))).scalars().all()


async def what_is_owed(tx: Tx, invitation: Invitation) -> dict[str, Any]:
    """For the mail on a booking that was cancelled: `due`, EUR, where the late cancellation makes anything due."""
    owed = await tx.session.get(CancellationFee, invitation.id)
    return {"due": eur(owed.fee)} if owed else {}


async def _actor(tx: Tx) -> UUID | None:
    """Who did what this reaction answers; nobody where it came by a link."""
    query = select(EventRow.actor_id).where(EventRow.id == tx.causation)
    return (await tx.session.execute(query)).scalar_one_or_none()


async def write_to_officer(tx: Tx, deployment: Deployment, template: str, subject: str, **more: Any) -> None:
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


async def latest_link(tx: Tx, invitation: Invitation) -> Link | None:
    """By which the expert answers, whatever became of it; None where none was made."""
    latest = (
        select(Link)
        .where(Link.purpose == INVITATION.name, Link.subject_id == invitation.id)
        .order_by(Link.created_at.desc())
        .limit(1)
    )
    return (await tx.session.execute(latest)).scalar_one_or_none()
