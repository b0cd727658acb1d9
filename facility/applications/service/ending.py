"""Where an application ends: what is open about it ends in the same transaction, in whatever room it is."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from facility.applications.models.ending import HAS_ENDED
from facility.applications.queries.content import track_of
from facility.applications.rules.ending import has_ended
from facility.applications.service.editing import lock_with_call, status_of
from facility.calls.rules.standing import CallState
from facility.db import Database, Tx
from facility.events.schedule import one_by_one, scheduled

type End = Callable[[Tx, Collection[UUID]], Awaitable[None]]


class Openable(msgspec.Struct, frozen=True):
    """Something that can be open about an application. `held`: a SELECT of the applications about which one is."""

    held: str
    end: End


OPENABLE: dict[str, Openable] = {}


def ends_with_the_application(name: str, *, held: str) -> Callable[[End], End]:
    """Register `async def end(tx, application_ids)`: it ends everything of its kind that is open about applications whose rows
    are locked, and records it. `name` is how `facility reconcile` calls one that was left open."""

    def register(end: End) -> End:
        if name in OPENABLE:
            raise TypeError(f"two things that can be open are named {name}")
        OPENABLE[name] = Openable(held, end)
        return end

    return register


async def end_what_is_open(tx: Tx, application_ids: Collection[UUID]) -> None:
    """These applications, whose rows are locked, end here: nobody is asked, reminded or waited for any more."""
    if application_ids:
        await tx.flush()
        for openable in OPENABLE.values():
            await openable.end(tx, application_ids)


def _left_open() -> str:
    held = " UNION ".join(openable.held for openable in OPENABLE.values())
    return f"""SELECT application.id FROM application JOIN call ON call.id = application.call_id
        WHERE application.id IN ({held}) AND {HAS_ENDED} ORDER BY application.id"""  # noqa: S608 - our own text


@scheduled("applications: end what is open about what has ended")
async def end_with_the_call(db: Database, now: datetime) -> int:
    """What a call ends, by being cancelled, closed or decided, ends in a transaction for each application. Answers ask under
    the lock whether it has ended, so that none comes in between."""
    return await one_by_one(db, now, text(_left_open()), _end)


async def _end(tx: Tx, application_id: UUID) -> bool:
    application, call = await lock_with_call(tx, application_id)
    if not has_ended(status_of(application), track_of(application), CallState(call.state)):
        return False
    await end_what_is_open(tx, [application_id])
    return True
