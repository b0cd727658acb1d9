"""Planned activities of a draft: what, where, when, with how many people of whom."""

from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update

from facility.applications.models.application import Application, Party
from facility.applications.models.budget import PlannedActivity, PlannedPeople
from facility.applications.rules.activities import MAX_ACTIVITIES, Plan, check_activity, moved
from facility.applications.rules.entries import EntryKind, activity_answers, entry_key
from facility.applications.service.amounts import asked_section
from facility.applications.service.editing import changed, lead_of, lock_draft
from facility.applications.service.entries import Saving
from facility.calls.rules.forms import SectionKind
from facility.db import Tx, new_id
from facility.drafting.service import drop
from facility.refused import refuse


async def add_activity(
    tx: Tx, application_id: UUID, plan: Plan, *, seen: int | None = None, may_void: bool = True
) -> PlannedActivity:
    """A further activity, after the others. seen: how many had been added when the editor opened the form (None: any number).

    Refused: "not_a_draft", "not_asked", "too_many_activities", as `rules.check_activity`, "edited_meanwhile", and
    "voids_confirmations" unless may_void.
    """
    application = await lock_draft(tx, application_id)
    await asked_section(tx, application, SectionKind.ACTIVITIES)
    check_activity(plan)
    planned = select(func.count(), func.coalesce(func.max(PlannedActivity.position), 0)).where(
        PlannedActivity.application_id == application_id
    )
    count, last = (await tx.session.execute(planned)).one()
    if count >= MAX_ACTIVITIES:
        refuse("too_many_activities", kind="invalid", field="", most=str(MAX_ACTIVITIES))
    plan = await _of_those_on_board(tx, application_id, plan)
    key = entry_key(EntryKind.ACTIVITY)
    saving = await Saving.of(tx, application, key, {}, activity_answers(plan), seen=seen)
    activity = PlannedActivity(
        id=new_id(), application_id=application_id, position=last + 1, **_columns(plan)
    )
    tx.add(activity)
    await tx.flush()
    await _set_people(tx, activity.id, plan)
    await changed(tx, application, {"activities"}, may_void=may_void)
    await saving.done(tx)
    return activity


async def change_planned(
    tx: Tx, activity_id: UUID, plan: Plan, *, seen: int | None = None, may_void: bool = True
) -> PlannedActivity:
    """Change an activity; nothing happens where nothing differs. seen: the version of it that the editor saw (None: whatever it
    is). Refused: as `add_activity`."""
    application, activity = await _lock(tx, activity_id, None)
    check_activity(plan)
    plan = await _of_those_on_board(tx, application.id, plan)
    before, after = activity_answers(await _plan_of(tx, activity)), activity_answers(plan)
    key = entry_key(EntryKind.ACTIVITY, activity_id)
    saving = await Saving.of(tx, application, key, before, after, seen=seen)
    if saving.after:
        for name, value in _columns(plan).items():
            setattr(activity, name, value)
        await _set_people(tx, activity_id, plan)
        await changed(tx, application, {"activities"}, may_void=may_void)
    await saving.done(tx)
    return activity


async def remove_planned(
    tx: Tx, activity_id: UUID, *, version: int | None = None, may_void: bool = True
) -> Application:
    """Take an activity out; lines of the budget that were for it stay, and are for none. What anybody had typed about it ends."""
    application, _activity = await _lock(tx, activity_id, version)
    await tx.session.execute(delete(PlannedActivity).where(PlannedActivity.id == activity_id))
    await drop(tx, await lead_of(tx, application.id), entry_key(EntryKind.ACTIVITY, activity_id))
    await changed(tx, application, {"activities"}, may_void=may_void)
    return application


async def move_planned(tx: Tx, activity_id: UUID, by: int) -> int:
    """Move an activity one place up (by -1) or down (by 1); the place where it stands then, from 1. The order is nothing that
    partners confirm."""
    application, _activity = await _lock(tx, activity_id, None)
    query = (
        select(PlannedActivity.id)
        .where(PlannedActivity.application_id == application.id)
        .order_by(PlannedActivity.position)
    )
    order = moved((await tx.session.scalars(query)).all(), activity_id, by)
    for position, planned_id in enumerate(order, 1):
        await tx.session.execute(
            update(PlannedActivity).where(PlannedActivity.id == planned_id).values(position=position)
        )
    application.saved_at = tx.now
    return order.index(activity_id) + 1


def _columns(plan: Plan) -> dict[str, object]:
    columns = msgspec.structs.asdict(plan)
    del columns["people"]
    return columns


async def _lock(tx: Tx, activity_id: UUID, version: int | None) -> tuple[Application, PlannedActivity]:
    """The activity and its draft, the application locked first."""
    application_id = (await tx.get(PlannedActivity, activity_id)).application_id
    application = await lock_draft(tx, application_id, version)
    return application, await tx.lock(PlannedActivity, activity_id)


async def _of_those_on_board(tx: Tx, application_id: UUID, plan: Plan) -> Plan:
    """The plan with only those parties that are on board and send people."""
    on_board = set(
        await tx.session.scalars(
            select(Party.id).where(Party.application_id == application_id, Party.on_board)
        )
    )
    people = {party: count for party, count in plan.people.items() if count and party in on_board}
    return msgspec.structs.replace(plan, people=people)


async def _plan_of(tx: Tx, activity: PlannedActivity) -> Plan:
    """An activity as the rules know it."""
    kept = select(PlannedPeople.party_id, PlannedPeople.people).where(
        PlannedPeople.activity_id == activity.id
    )
    people = {row.party_id: row.people for row in await tx.session.execute(kept)}
    names = [name for name in Plan.__struct_fields__ if name != "people"]
    return Plan(**{name: getattr(activity, name) for name in names}, people=people)


async def _set_people(tx: Tx, activity_id: UUID, plan: Plan) -> None:
    """Write down who sends how many. What a party that left had said goes."""
    await tx.session.execute(delete(PlannedPeople).where(PlannedPeople.activity_id == activity_id))
    tx.add(
        *(
            PlannedPeople(activity_id=activity_id, party_id=party, people=count)
            for party, count in plan.people.items()
        )
    )
    await tx.flush()
