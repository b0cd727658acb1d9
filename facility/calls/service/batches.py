"""A batch is a call: the rows that a rolling series gets at its publication, and an urgent one at each submission."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from facility.calls.events import CallClosed, CallPublished
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode, batch_at, windows
from facility.calls.rules.standing import CallState
from facility.calls.service.lots import draw_lot
from facility.db import Tx, new_id
from facility.events.log import record

_ITS_OWN = frozenset(
    {
        *("id", "reference", "series_id", "batch", "cut_offs", "opens_at", "closes_at", "state"),
        *("closed_at", "opened_at", "evaluating_since", "decided_at", "half_time_at", "overdue_at"),
        *("questions_until", "answers_until", "cloned_from", "cancelled_at", "archived_at", "archived_by"),
    }
)
"""What a batch does not share with its series."""


async def make_batches(tx: Tx, series: Call) -> None:
    """One published call for each cut-off of a rolling series: "TAF-2026-02/B1" and so on."""
    cut_offs = [datetime.fromisoformat(at) for at in series.cut_offs]
    for number, (opens_at, closes_at) in enumerate(windows(series.opens_at, cut_offs), 1):
        batch = _batch(series, number, f"B{number}", opens_at=opens_at, closes_at=closes_at)
        tx.add(batch)
        await tx.flush()
        await _published(tx, batch)


async def batch_of(tx: Tx, series: Call, received_at: datetime) -> Call | None:
    """The batch of a rolling series whose window holds this instant, held so that it can't close until the transaction
    ends. The caller holds the series; whoever holds a batch alone never waits for a draft of its series."""
    cut_offs = [datetime.fromisoformat(at) for at in series.cut_offs]
    number = batch_at(series.opens_at, cut_offs, received_at)
    query = select(Call).where(Call.series_id == series.id, Call.batch == number).with_for_update(read=True)
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def make_urgent_batch(tx: Tx, series: Call, received_at: datetime) -> Call:
    """A call for one urgent application, closed at its receipt, so that it is opened, judged and decided at once."""
    # Submissions hold the series together: those who number their batches wait for each other here.
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('call.batch'), hashtext(:series))"),
        {"series": str(series.id)},
    )
    last = await tx.session.scalar(select(func.max(Call.batch)).where(Call.series_id == series.id))
    number = (last or 0) + 1
    # A window has a beginning and an end, also for what comes at the very opening.
    opens_at = min(series.opens_at, received_at - timedelta(microseconds=1))
    batch = _batch(series, number, f"U{number}", opens_at=opens_at, closes_at=received_at)
    batch.state, batch.closed_at = CallState.CLOSED, max(tx.now, received_at)
    tx.add(batch)
    await tx.flush()
    # The facility does this by itself: who submitted is nobody's business before the opening.
    officer, tx.actor = tx.actor, None
    await _published(tx, batch)
    await record(tx, CallClosed(call_id=batch.id), due_at=received_at)
    tx.actor = officer
    return batch


def _batch(series: Call, number: int, name: str, *, opens_at: datetime, closes_at: datetime) -> Call:
    shared: dict[str, Any] = {
        column.key: getattr(series, column.key)
        for column in Call.__table__.columns
        if column.key not in _ITS_OWN
    }
    return Call(
        **shared,
        id=new_id(),
        reference=f"{series.reference}/{name}",
        series_id=series.id,
        batch=number,
        cut_offs=[],
        opens_at=opens_at,
        closes_at=closes_at,
        state=CallState.PUBLISHED,
    )


async def _published(tx: Tx, batch: Call) -> None:
    await record(
        tx,
        CallPublished(
            call_id=batch.id,
            envelope_id=batch.envelope_id,
            opens_at=batch.opens_at,
            closes_at=batch.closes_at,
            amount=batch.amount,
            series_id=batch.series_id,
            lot=await draw_lot(tx, batch),
        ),
    )


async def series_of(tx: Tx, call: Call) -> Call:
    """The series that a batch belongs to, or the call itself."""
    return call if call.series_id is None else await tx.get(Call, call.series_id)


async def next_batch(tx: Tx, call: Call) -> Call | None:
    """The batch that comes after this one of a rolling series; None after the last, and for any other call."""
    if call.mode != Mode.ROLLING or call.batch is None:
        return None
    query = select(Call).where(Call.series_id == call.series_id, Call.batch == call.batch + 1)
    return (await tx.session.execute(query)).scalar_one_or_none()
