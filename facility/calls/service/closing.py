"""Closes calls when their time is over, after submissions under way; notes that a call is being evaluated, or that
awards have decided it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from facility.calls.events import CallClosed
from facility.calls.models.call import Call
from facility.calls.rules.call import may_close
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.standing import CallState
from facility.calls.service.reading import rules_of
from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled
from facility.refused import refuse

_on_the_way = timedelta(0)


def configure(on_the_way: timedelta) -> None:
    """Set how long a request that was in time may wait to be read, once at start-up. Closing waits so long, and so
    does the opening after it."""
    global _on_the_way
    _on_the_way = on_the_way


async def share_call(tx: Tx, call_id: UUID) -> Call:
    """The call as it is now, held so that it can't close (or be decided) until the transaction ends.

    Submissions hold it together; closing waits for all of them. Whether one is in time is rules.is_open at the
    instant it was received, and not the state. Raises Refused (missing).
    """
    query = select(Call).where(Call.id == call_id).with_for_update(read=True)
    call = (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if call is None:
        refuse("not_found", kind="missing", what="call")
    return call


async def close_call(tx: Tx, call_id: UUID, *, due_at: datetime) -> bool:
    """Close a published call whose time is over; False when that was done already.

    Takes the row's lock, so it waits for submissions under way. `due_at`: the instant it should have happened, which
    the event bears. Raises Refused: "still_open", "not_published".
    """
    call = await tx.lock(Call, call_id)
    if call.state == CallState.DRAFT:
        refuse("not_published")
    if call.state != CallState.PUBLISHED:
        return False
    may_close(rules_of(call), tx.now)
    call.state = CallState.CLOSED
    call.closed_at = tx.now
    await record(tx, CallClosed(call_id=call_id), due_at=due_at)
    return True


@scheduled("calls: close what is due")
async def close_due(db: Database, now: datetime) -> int:
    """Close every published call whose time is over, each in its own transaction, the earliest first."""
    due = (
        select(Call.id)
        .where(Call.state == CallState.PUBLISHED, Call.closes_at <= now - _on_the_way)
        .order_by(Call.closes_at, Call.id)
    )
    return await one_by_one(db, now, due, _close)


async def _close(tx: Tx, call_id: UUID) -> bool:
    # A corrigendum may have given it more time since it was found to be due.
    closes_at = (await tx.lock(Call, call_id)).closes_at
    return closes_at <= tx.now - _on_the_way and await close_call(tx, call_id, due_at=closes_at)


async def mark_evaluating(tx: Tx, call_id: UUID) -> None:
    """Note when the first application was given to an assessor; nothing happens the next times."""
    call = await tx.lock(Call, call_id)
    if call.evaluating_since is None:
        call.evaluating_since = tx.now


def mark_decided(tx: Tx, call: Call) -> None:
    """Note that the awards of this locked call were decided. Raises Refused "call_cancelled", or "not_closed" when it
    isn't closed or was decided before."""
    may_go_on(call.state)
    if call.state != CallState.CLOSED:
        refuse("not_closed")
    call.state = CallState.DECIDED
    call.decided_at = tx.now
