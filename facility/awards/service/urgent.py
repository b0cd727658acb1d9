"""Who is reminded when the time to decide an urgent application runs out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from facility.awards.rules.urgent import STANDS, decide_by, half_time
from facility.calls.events import DecisionHalfTime, DecisionOverdue
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled

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
