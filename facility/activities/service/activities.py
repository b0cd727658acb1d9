"""An activity is planned, moved, called off, reported, verified and taken back."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.activities.events import (
    ActivityCancelled,
    ActivityChanged,
    ActivityCompleted,
    ActivityDaysCorrected,
    ActivityPlanned,
    ActivityPostponed,
    ActivityVerified,
    CompletionUndone,
    VerificationUndone,
)
from facility.activities.models import Activity, Evidence
from facility.activities.queries.counting import involved
from facility.activities.rules.counting import ActivityStatus, AwardLife, has_evidence
from facility.activities.rules.planning import PLANNED, may_cancel, may_change, may_plan, may_postpone
from facility.activities.rules.reporting import (
    held_mistakes,
    may_complete,
    may_reverse,
    may_verify,
    report_gaps,
)
from facility.activities.service.evidence import attendance_of
from facility.applications.models.application import Application
from facility.applications.rules.activities import ActivityKind
from facility.awards.models.award import Award
from facility.awards.service.ending import standing_award
from facility.clock import BRUSSELS
from facility.db import Tx, new_id
from facility.events.log import record
from facility.events.models import EventRow
from facility.refused import refuse, refuse_if


class ActivityDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person plans; days include both ends. No reference: one is made."""

    application_id: UUID
    kind: ActivityKind | str
    title: str
    place: str
    starts_on: date
    ends_on: date
    reference: str | None = None


async def plan_activity(tx: Tx, draft: ActivityDraft) -> Activity:
    """Plan an activity under the application's standing award; what the same person has planned in the same way, and has not
    changed since, is not planned twice. Refused: rules.may_plan."""
    application = await tx.lock(Application, draft.application_id)
    award = await standing_award(tx, draft.application_id)
    may_plan(draft.starts_on, draft.ends_on, AwardLife(award.made_at) if award else None, tx.now)
    if award is None:  # may_plan has refused; this is for the types
        refuse("not_funded")
    if planned := await _planned(tx, draft):
        return planned
    activity = Activity(
        id=new_id(),
        reference=await _reference(tx, application) if draft.reference is None else draft.reference,
        application_id=draft.application_id,
        award_id=award.id,
        kind=ActivityKind(draft.kind),
        title=draft.title,
        place=draft.place,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        state=ActivityStatus.PLANNED,
        reason="",
        planned_by=tx.actor,
        planned_at=tx.now,
    )
    tx.add(activity)
    await tx.flush()
    await record(
        tx,
        ActivityPlanned(
            activity_id=activity.id,
            application_id=draft.application_id,
            award_id=award.id,
            kind=ActivityKind(draft.kind),
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
        ),
    )
    return activity


async def _planned(tx: Tx, draft: ActivityDraft) -> Activity | None:
    if tx.actor is None or draft.reference is not None:
        return None
    values = {name: value for name, value in msgspec.structs.asdict(draft).items() if name != "reference"}
    query = select(Activity).filter_by(**values, state=ActivityStatus.PLANNED, planned_by=tx.actor)
    return (await tx.session.scalars(query.limit(1))).first()


async def _reference(tx: Tx, application: Application) -> str:
    """The application's reference and a running number; the caller holds the application's lock."""
    query = select(func.count()).where(Activity.application_id == application.id)
    return f"{application.reference}/A{(await tx.session.execute(query)).scalar_one() + 1}"


async def change_activity(tx: Tx, activity_id: UUID, *, title: str, place: str) -> Activity:
    """Give a planned activity another title or place; nothing happens where neither differs. Refused: "wrong_status"."""
    activity = await tx.lock(Activity, activity_id)
    may_change(ActivityStatus(activity.state))
    if (activity.title, activity.place) == (title, place):
        return activity
    activity.title, activity.place = title, place
    await record(tx, ActivityChanged(activity_id=activity_id))
    return activity


async def postpone(tx: Tx, activity_id: UUID, *, starts_on: date, ends_on: date, reason: str) -> Activity:
    """Move a planned activity to other days; nothing happens where it has been moved to them for this reason. Refused:
    rules.may_postpone."""
    await tx.lock(Application, (await tx.get(Activity, activity_id)).application_id)
    activity = await tx.lock(Activity, activity_id)
    standing = await standing_award(tx, activity.application_id) is not None
    may_postpone(ActivityStatus(activity.state), starts_on, ends_on, reason, standing=standing)
    stands = (activity.state, activity.starts_on, activity.ends_on, activity.reason)
    if stands == (ActivityStatus.POSTPONED, starts_on, ends_on, reason):
        return activity
    activity.starts_on, activity.ends_on = starts_on, ends_on
    activity.state, activity.reason = ActivityStatus.POSTPONED, reason
    await record(tx, ActivityPostponed(activity_id=activity_id, starts_on=starts_on, ends_on=ends_on))
    return activity


async def cancel(tx: Tx, activity_id: UUID, *, reason: str) -> Activity:
    """Call a planned activity off. Refused: rules.may_cancel."""
    activity = await tx.lock(Activity, activity_id)
    may_cancel(ActivityStatus(activity.state), reason)
    activity.state, activity.reason = ActivityStatus.CANCELLED, reason
    await record(tx, ActivityCancelled(activity_id=activity_id))
    return activity


async def end_with_the_award(tx: Tx, award_id: UUID, *, reason: str) -> None:
    """The award has ended: what was to begin after today (in Brussels) is called off. What has begun can still be reported."""
    query = select(Activity.id).where(
        Activity.award_id == award_id,
        Activity.state.in_(PLANNED),
        Activity.starts_on > tx.now.astimezone(BRUSSELS).date(),
    )
    for activity_id in await tx.session.scalars(query.order_by(Activity.id).with_for_update()):
        await cancel(tx, activity_id, reason=reason)


async def complete(tx: Tx, activity_id: UUID) -> Activity:
    """Report that the activity took place. Refused: rules.may_complete."""
    activity = await tx.lock(Activity, activity_id)
    today = tx.now.astimezone(BRUSSELS).date()
    may_complete(ActivityStatus(activity.state), activity.ends_on, today)
    activity.state = ActivityStatus.COMPLETED
    activity.reported_by, activity.reported_at = tx.actor, tx.now
    await record(tx, ActivityCompleted(activity_id=activity_id))
    return activity


async def report(tx: Tx, activity_id: UUID, *, held: tuple[date, date], seen: int) -> Activity:
    """Complete an activity with all that is verified later, on the days on which it was held; once for a person who says the
    same again.

    `seen`: the version that the person was shown. Refused: "changed_meanwhile", rules.may_complete; invalid:
    rules.held_mistakes, rules.report_gaps.
    """
    activity = await tx.lock(Activity, activity_id)
    planned = (activity.starts_on, activity.ends_on)
    reported_by = activity.reported_by if activity.state == ActivityStatus.COMPLETED else None
    if tx.actor is not None and (reported_by, planned) == (tx.actor, held):
        return activity
    may_change(ActivityStatus(activity.state))
    if seen != await _version(tx, activity_id):
        refuse("changed_meanwhile")
    award = await tx.get(Award, activity.award_id)
    today = tx.now.astimezone(BRUSSELS).date()
    present = [line.present for line in await attendance_of(tx, activity_id)]
    gaps = report_gaps(present, await _evidence_kinds(tx, activity_id))
    refuse_if([*held_mistakes(held, planned, award.made_at, today), *gaps])
    if held != planned:
        activity.starts_on, activity.ends_on = held
        event = ActivityDaysCorrected(activity_id=activity_id, starts_on=held[0], ends_on=held[1])
        await record(tx, event)
    return await complete(tx, activity_id)


async def verify(tx: Tx, activity_id: UUID, *, seen: int | None = None) -> Activity:
    """A second person confirms what was reported, with the evidence at hand.

    `seen`: the version that the person was shown; attendance or evidence may have changed since.
    Refused: "changed_meanwhile", rules.may_verify, "missing_evidence".
    """
    activity = await tx.lock(Activity, activity_id)
    if seen is not None and seen != await _version(tx, activity_id):
        refuse("changed_meanwhile")
    may_verify(ActivityStatus(activity.state), await involved(tx.session, activity_id), tx.actor)
    has_evidence(await _evidence_kinds(tx, activity_id))
    activity.state = ActivityStatus.VERIFIED
    activity.verified_by, activity.verified_at = tx.actor, tx.now
    await record(tx, ActivityVerified(activity_id=activity_id))
    return activity


async def _version(tx: Tx, activity_id: UUID) -> int:
    """The version of the activity's latest event. The caller holds its lock."""
    query = select(func.max(EventRow.version)).where(EventRow.subject_id == activity_id)
    return (await tx.session.execute(query)).scalar_one() or 0


async def _evidence_kinds(tx: Tx, activity_id: UUID) -> set[str]:
    query = select(Evidence.kind).where(Evidence.activity_id == activity_id, Evidence.removed_at.is_(None))
    return set((await tx.session.execute(query)).scalars())


_TAKEN_BACK = {
    ActivityStatus.VERIFIED.value: ActivityStatus.COMPLETED,
    ActivityStatus.COMPLETED.value: ActivityStatus.PLANNED,
}
"""Where taking back leads from each state."""


async def undo(tx: Tx, activity_id: UUID, *, reason: str, seen: str | None = None) -> Activity:
    """Take back the verification, or else the completion, with a reason.

    `seen`: the state that the person was shown; what has been taken back from it for this reason stays so.
    Refused: "changed_meanwhile", rules.may_reverse.
    """
    activity = await tx.lock(Activity, activity_id)
    if seen is not None and (activity.state, activity.reason) == (_TAKEN_BACK.get(seen), reason):
        return activity
    if seen is not None and seen != activity.state:
        refuse("changed_meanwhile")
    may_reverse(ActivityStatus(activity.state), reason)
    activity.reason = reason
    was, activity.state = activity.state, _TAKEN_BACK[activity.state]
    if was == ActivityStatus.VERIFIED:
        activity.verified_by = activity.verified_at = None
        await record(tx, VerificationUndone(activity_id=activity_id))
    else:
        activity.reported_by = activity.reported_at = None
        await record(tx, CompletionUndone(activity_id=activity_id))
    return activity
