"""Urgent applications: until when each is to be decided, and who is reminded when that time runs out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models import shut_out
from facility.calls.events import DecisionHalfTime, DecisionOverdue
from facility.calls.models import Call, CallState
from facility.db import Database, Tx
from facility.events import one_by_one, record, scheduled
from facility.refused import refuse

STANDS = """EXISTS (SELECT FROM application WHERE application.call_id = call.id AND track = 'joint'
    AND status NOT IN ('draft', 'withdrawn', 'inadmissible', 'ineligible'))"""
"""Something in the call is still to be decided, and presses."""


def decide_by(received_at: datetime, hours: int) -> datetime:
    """Until when an urgent application is to be decided: so many elapsed hours after its receipt."""
    return received_at + timedelta(hours=hours)


def half_time(received_at: datetime, hours: int) -> datetime:
    """When half of the time is over."""
    return received_at + timedelta(hours=hours) / 2


_DUE = text(
    f"""
    SELECT id FROM call
    WHERE mode = 'urgent' AND series_id IS NOT NULL AND state = 'closed' AND overdue_at IS NULL AND {STANDS}
        AND closes_at + make_interval(mins => CAST(decide_within_hours * 30 AS int)
            * CASE WHEN half_time_at IS NULL THEN 1 ELSE 2 END) <= :now
    ORDER BY closes_at, id
    """  # noqa: S608 - our own text
)


@scheduled("awards: urgent decisions that run late")
async def remind_due(db: Database, now: datetime) -> int:
    """Remind once when half of the time is over and once when all of it is, each in its own transaction."""
    return await one_by_one(db, now, _DUE.bindparams(now=now), _remind)


async def _remind(tx: Tx, call_id: UUID) -> bool:
    call = await tx.lock(Call, call_id)
    if call.state != CallState.CLOSED or call.overdue_at is not None:
        return False
    assert call.decide_within_hours is not None, "urgent calls say how long it may take"
    by = decide_by(call.closes_at, call.decide_within_hours)
    half = half_time(call.closes_at, call.decide_within_hours)
    if tx.now >= by:
        call.overdue_at = tx.now
        await record(tx, DecisionOverdue(call_id=call_id, decide_by=by), due_at=by)
    elif call.half_time_at is None:
        call.half_time_at = tx.now
        await record(tx, DecisionHalfTime(call_id=call_id, decide_by=by), due_at=half)
    return True


class UrgentLine(msgspec.Struct, frozen=True):
    """An urgent application on the list of those that are to be decided."""

    id: UUID
    reference: str
    application: str
    closes_at: datetime
    decide_within_hours: int
    state: str
    opened: bool
    proposed: bool
    decided_at: datetime | None

    @property
    def decide_by(self) -> datetime:
        """Until when it is to be decided."""
        return decide_by(self.closes_at, self.decide_within_hours)


_COLUMNS = """
    SELECT call.id, call.reference, application.reference AS application, call.closes_at, call.decide_within_hours,
        call.state, call.opened_at IS NOT NULL AS opened, call.decided_at,
        EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id) AS proposed
    FROM call JOIN application ON application.call_id = call.id AND track = 'joint'
"""
_OPEN = text(
    f"{_COLUMNS} WHERE mode = 'urgent' AND series_id IS NOT NULL AND call.state = 'closed' AND {STANDS}"
    f" AND NOT {shut_out()} ORDER BY call.closes_at, call.id"
)
_ONE = text(f"{_COLUMNS} WHERE mode = 'urgent' AND call.id = :call")


async def to_decide(connection: AsyncConnection, viewer: UUID) -> list[UrgentLine]:
    """Urgent applications that are not decided, the one that presses most first; without those that are closed to the
    viewer."""
    return [_line(row) for row in await connection.execute(_OPEN, {"viewer": viewer})]


async def urgent(connection: AsyncConnection, call_id: UUID) -> UrgentLine:
    """An urgent application by its call. Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"call": call_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="call")
    return _line(row)


def _line(row: Any) -> UrgentLine:
    return UrgentLine(**row._mapping)
