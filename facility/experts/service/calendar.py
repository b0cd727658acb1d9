"""Experts say by their link when they can come, and let a calendar follow their bookings."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from facility.db import Tx, new_id
from facility.events.log import record
from facility.experts.events.pool import CalendarLinkEnded, CalendarLinkMade, ExpertChanged
from facility.experts.models.profile import Expert, ExpertAvailability
from facility.experts.rules.calendar import with_days
from facility.experts.service.profile_link import lock_member
from facility.outbox.links import live_link, make_link, revoke_links
from facility.refused import refuse

BOOKINGS = "bookings"
"""Purpose of the link that a calendar follows."""


class Limits(msgspec.Struct, frozen=True):
    """What else an expert sets: weekdays of absence (0 is Monday), days of notice, days in a calendar year. None: not set."""

    absent_weekdays: Sequence[int]
    notice_days: int | None
    days_per_year: int | None


async def set_days(
    tx: Tx, expert_id: UUID, first: date, last: date, days: Collection[date], *, version: int
) -> None:
    """From first to last the expert can come on these days, and on no others. Refused: "left_the_pool", "changed_meanwhile"."""
    expert = await _locked(tx, expert_id, version)
    query = select(ExpertAvailability).where(ExpertAvailability.expert_id == expert_id)
    before = sorted((row.starts_on, row.ends_on) for row in await tx.session.scalars(query))
    after = with_days(before, first, last, days)
    if after == before:
        return
    await tx.session.execute(delete(ExpertAvailability).where(ExpertAvailability.expert_id == expert_id))
    tx.add(
        *(
            ExpertAvailability(id=new_id(), expert_id=expert_id, starts_on=start, ends_on=end)
            for start, end in after
        )
    )
    await _changed(tx, expert, ["available"])


async def set_limits(tx: Tx, expert_id: UUID, limits: Limits, *, version: int) -> None:
    """Refused: "left_the_pool", "changed_meanwhile"."""
    expert = await _locked(tx, expert_id, version)
    given = {**msgspec.structs.asdict(limits), "absent_weekdays": sorted(limits.absent_weekdays)}
    changed = [name for name, value in given.items() if getattr(expert, name) != value]
    for name in changed:
        setattr(expert, name, given[name])
    if changed:
        await _changed(tx, expert, changed)


async def _locked(tx: Tx, expert_id: UUID, version: int) -> Expert:
    expert = await lock_member(tx, expert_id)
    if version != expert.version:
        refuse("changed_meanwhile")
    return expert


async def _changed(tx: Tx, expert: Expert, fields: list[str]) -> None:
    expert.version += 1
    await record(tx, ExpertChanged(expert_id=expert.id, fields=fields))


async def make_calendar_link(tx: Tx, expert_id: UUID) -> None:
    """An address that a calendar follows. Refused: "left_the_pool", "calendar_link_stands"."""
    await lock_member(tx, expert_id)
    if await live_link(tx, BOOKINGS, expert_id):
        refuse("calendar_link_stands")
    await make_link(tx, BOOKINGS, expert_id)
    await record(tx, CalendarLinkMade(expert_id=expert_id))


async def end_calendar_link(tx: Tx, expert_id: UUID) -> None:
    """No calendar follows the bookings any more. Refused: "calendar_link_ended"."""
    await tx.lock(Expert, expert_id)
    if await live_link(tx, BOOKINGS, expert_id) is None:
        refuse("calendar_link_ended")
    await revoke_links(tx, BOOKINGS, expert_id)
    await record(tx, CalendarLinkEnded(expert_id=expert_id))
