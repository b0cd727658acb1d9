"""What follows from activities and for them: who must know that a document was refused, a report taken back, or days moved; from
when to when an initiative goes on; what ends with an award."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from facility.accounts.service.people import active_people
from facility.accounts.service.security_officer import security_officers
from facility.activities.events import (
    ActivityCancelled,
    ActivityDaysCorrected,
    ActivityPlanned,
    ActivityPostponed,
    CompletionUndone,
    EvidenceInfected,
    EvidenceRefused,
)
from facility.activities.models import Activity
from facility.activities.rules.counting import ActivityStatus
from facility.activities.rules.planning import PLANNED
from facility.activities.service import activities
from facility.admission.service.initiatives import set_initiative_days
from facility.applications.service.news import write_to_partners
from facility.awards.events.awards import AwardEnded
from facility.awards.service.ending import standing_award
from facility.awards.service.news import lead_contact, write_to_lead
from facility.db import Tx
from facility.deployments.events.requests import (
    YES_ENDED,
    DeploymentCalledOff,
    InvitationAccepted,
    InvitationEnded,
    OrderConfirmed,
)
from facility.deployments.events.wishes import WishRefused
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.models.wish import Wish
from facility.deployments.rules.wishes import WishState
from facility.deployments.service.news import tell_of_days_with_activity, tell_of_days_without_activity
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.filters import days
from facility.web.i18n import _


async def _write(
    tx: Tx, activity_id: UUID, template: str, subject: str, to: Iterable[tuple[str, str]]
) -> None:
    activity = await tx.get(Activity, activity_id)
    for address, name in to:
        await post(
            tx,
            template=f"activities/{template}",
            to=address,
            to_name=name,
            subject=f"{subject}: {activity.reference}",
            subject_id=activity_id,
            context={"reference": activity.reference, "path": f"/activities/{activity_id}"},
        )


@reacts_to(EvidenceRefused)
async def tell_the_security_officer(tx: Tx, event: EvidenceRefused) -> None:
    """Somebody offered a classified document: the security officer must know (dossier 7)."""
    officers = await security_officers(tx)
    await _write(tx, event.activity_id, "refused", _("A classified document was refused"), officers)


@reacts_to(EvidenceInfected)
async def tell_the_secretariat_of_a_virus(tx: Tx, event: EvidenceInfected) -> None:
    """Somebody offered a document with a virus: the secretariat warns the sender."""
    people = [(officer.email, officer.name) for officer in await active_people(tx, Role.SECRETARIAT)]
    await _write(tx, event.activity_id, "infected", _("A document with a virus was refused"), people)


_REPORTER = text(
    """
    SELECT person.email, person.name
    FROM event AS back
    JOIN LATERAL (SELECT actor_id FROM event WHERE subject_id = back.subject_id AND kind = 'ActivityCompleted'
        AND version < back.version ORDER BY version DESC LIMIT 1) AS report ON true
    JOIN person ON person.id = report.actor_id AND person.status = 'active'
    WHERE back.subject_id = :activity AND back.kind = 'CompletionUndone'
        AND report.actor_id IS DISTINCT FROM back.actor_id
    ORDER BY back.version DESC LIMIT 1
    """
)


@reacts_to(CompletionUndone)
async def tell_who_reported(tx: Tx, event: CompletionUndone) -> None:
    """Who reported it learns that somebody else has taken the report back; whoever was to verify it no longer finds it on the list."""
    reporter = await tx.session.execute(_REPORTER, {"activity": event.activity_id})
    people = [(row.email, row.name) for row in reporter]
    await _write(tx, event.activity_id, "taken_back", _("Your report was taken back"), people)


async def _to_lead(
    tx: Tx, activity_id: UUID, what: str, subject: str, deployment: Deployment | None = None, **more: Any
) -> None:
    activity = await tx.get(Activity, activity_id)
    await write_to_lead(
        tx,
        await lead_contact(tx, activity.application_id),
        activity.application_id,
        "activities/experts",
        f"{subject}: {activity.reference}",
        what=what,
        activity=f"{activity.reference} {activity.title}",
        days=days(deployment.starts_on, deployment.ends_on) if deployment else "",
        seats=deployment.seats if deployment else 0,
        path=f"/activities/{activity_id}",
        **more,
    )


@reacts_to(WishRefused)
async def tell_why_no_experts_are_asked(tx: Tx, event: WishRefused) -> None:
    """To the lead, with the reason."""
    wish = await tx.get(Wish, event.wish_id)
    await _to_lead(
        tx, event.activity_id, "refused", _("Your request for experts was refused"), reason=wish.reason
    )


@reacts_to(OrderConfirmed)
async def tell_that_experts_are_asked(tx: Tx, event: OrderConfirmed) -> None:
    """To the lead, where the request was made for an activity."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if deployment.wish_id:
        wish = await tx.get(Wish, deployment.wish_id)
        await _to_lead(tx, wish.activity_id, "asked", _("Experts are asked"), deployment)


@reacts_to(InvitationAccepted)
async def tell_that_experts_come(tx: Tx, event: InvitationAccepted) -> None:
    """To the lead, once, when every seat has its yes; with the names of those who agreed to that."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if deployment.wish_id is None or deployment.state != DeploymentState.FILLED:
        return
    rows = (await tx.session.execute(_COMING, {"deployment": deployment.id})).all()
    if rows[-1].id != event.invitation_id:
        return
    wish = await tx.get(Wish, deployment.wish_id)
    names = [row.name for row in rows if row.named_to_parties]
    await _to_lead(tx, wish.activity_id, "filled", _("Your experts have accepted"), deployment, names=names)


@reacts_to(InvitationEnded)
async def tell_that_an_expert_does_not_come(tx: Tx, event: InvitationEnded) -> None:
    """To the lead, who was told that experts come. Why is between the expert and the secretariat."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if event.how not in YES_ENDED or deployment.wish_id is None or deployment.state == DeploymentState.ENDED:
        return
    wish = await tx.get(Wish, deployment.wish_id)
    filled = len((await tx.session.execute(_COMING, {"deployment": deployment.id})).all())
    subject = _("An expert does not come")
    await _to_lead(tx, wish.activity_id, "one_less", subject, deployment, filled=filled)


@reacts_to(DeploymentCalledOff)
async def tell_that_no_experts_are_asked(tx: Tx, event: DeploymentCalledOff) -> None:
    """To the lead, with the reason; not where the lead took the wish back or cancelled the activity, or experts are asked anew."""
    deployment = await tx.get(Deployment, event.deployment_id)
    if deployment.wish_id is None:
        return
    wish = await tx.get(Wish, deployment.wish_id)
    activity = await tx.get(Activity, wish.activity_id)
    if wish.state == WishState.TAKEN_BACK or activity.state not in PLANNED or await _goes_on(tx, wish.id):
        return
    subject = _("No experts are asked any more")
    reason = deployment.end_reason
    await _to_lead(tx, activity.id, "called_off", subject, deployment, reason=reason)


async def _goes_on(tx: Tx, wish_id: UUID) -> bool:
    live = select(Deployment.id).where(
        Deployment.wish_id == wish_id, Deployment.state != DeploymentState.ENDED
    )
    return (await tx.session.scalars(live.limit(1))).first() is not None


_COMING = text(
    """SELECT invitation.id, expert.name, named_to_parties FROM invitation JOIN expert ON expert.id = expert_id
    WHERE deployment_id = :deployment AND outcome = 'accepted' ORDER BY ended_at, invitation.id"""
)


@reacts_to(ActivityPlanned, ActivityPostponed, ActivityDaysCorrected, ActivityCancelled)
async def keep_days(
    tx: Tx, event: ActivityPlanned | ActivityPostponed | ActivityDaysCorrected | ActivityCancelled
) -> None:
    """Whoever plans something alike is shown when it takes place."""
    application_id: UUID = (await tx.get(Activity, event.activity_id)).application_id
    first, last = (
        await tx.session.execute(
            select(func.min(Activity.starts_on), func.max(Activity.ends_on)).where(
                Activity.application_id == application_id, Activity.state != ActivityStatus.CANCELLED
            )
        )
    ).one()
    await set_initiative_days(tx, application_id, first, last)


@reacts_to(AwardEnded)
async def end_with_the_award(tx: Tx, event: AwardEnded) -> None:
    """Nothing begins under an award that has ended."""
    await activities.end_with_the_award(tx, event.award_id, reason=_("The award that paid for it has ended."))


@reacts_to(ActivityPostponed, ActivityCancelled)
async def tell_who_made_plans(tx: Tx, event: ActivityPostponed | ActivityCancelled) -> None:
    """Partners learn of other days, or that there are none; so do experts who are booked for the old ones, and the officer who
    asked them. Where it is the award that has ended, they hear of that instead."""
    activity = await tx.get(Activity, event.activity_id)
    if await standing_award(tx, activity.application_id) is None:
        return
    moved = isinstance(event, ActivityPostponed)
    subject = (
        _("Moved to other days: {activity}", activity=activity.reference)
        if moved
        else _("Cancelled: {activity}", activity=activity.reference)
    )
    await write_to_partners(
        tx,
        activity.application_id,
        "activities/moved",
        subject,
        activity=f"{activity.reference} {activity.title}",
        days=days(activity.starts_on, activity.ends_on) if moved else "",
        reason=activity.reason,
    )
    await tell_of_days_without_activity(tx, activity.award_id)


@reacts_to(ActivityPlanned, ActivityPostponed)
async def tell_whose_booking_stands_again(tx: Tx, event: ActivityPlanned | ActivityPostponed) -> None:
    """Experts whose days had lost their activity: their calendars still call the booking tentative."""
    activity = await tx.get(Activity, event.activity_id)
    await tell_of_days_with_activity(tx, activity.award_id)
