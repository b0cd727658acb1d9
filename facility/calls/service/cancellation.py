"""Cancelling a call: one person asks, another confirms."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from facility.calls.events import CallCancelled, CancellationAsked, CancellationDropped
from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.models.version import CallVersion
from facility.calls.rules.cancellation import CANCELLABLE, may_cancel, may_confirm_cancellation
from facility.calls.rules.standing import CallState
from facility.calls.service.people import acting, refuse_batch
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import refuse


async def ask_cancellation(tx: Tx, call_id: UUID, reason: str) -> CallCancellation:
    """Ask that a published call be cancelled for this reason, which everybody will read.

    Raises Refused: rules.cancellation.may_cancel, "cancellation_asked", "reason_missing" (invalid).
    """
    asker = acting(tx)
    call = await tx.lock(Call, call_id)
    refuse_batch(call)
    may_cancel(call.state)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    if await _open(tx, call_id):
        refuse("cancellation_asked")
    cancellation = CallCancellation(
        id=new_id(), call_id=call_id, reason=reason.strip(), asked_by=asker, asked_at=tx.now
    )
    tx.add(cancellation)
    await tx.flush()
    await record(tx, CancellationAsked(call_id=call_id, cancellation_id=cancellation.id))
    return cancellation


async def drop_cancellation(tx: Tx, call_id: UUID) -> None:
    """Take back that the call was to be cancelled; anybody who may ask may do so. Raises Refused "not_asked"."""
    actor = acting(tx)
    await tx.lock(Call, call_id)
    cancellation = await _requested(tx, call_id)
    cancellation.dropped_by, cancellation.dropped_at = actor, tx.now
    await tx.flush()
    await record(tx, CancellationDropped(call_id=call_id, cancellation_id=cancellation.id))


async def confirm_cancellation(tx: Tx, call_id: UUID, *, seen: UUID | None = None) -> Call:
    """Cancel the call, as a second person. It waits for submissions under way; none is taken in afterwards.

    With it go its batches that are not decided, each with an event of its own, and a corrigendum under way. `seen`: the request that was read. Raises Refused:
    rules.cancellation.may_cancel, "not_asked", "changed_meanwhile", "same_person".
    """
    actor = acting(tx)
    call = await tx.lock(Call, call_id)
    may_cancel(call.state)
    cancellation = await _requested(tx, call_id)
    if seen is not None and seen != cancellation.id:
        refuse("changed_meanwhile")
    may_confirm_cancellation(cancellation.asked_by, actor)
    cancellation.confirmed_by, cancellation.confirmed_at = actor, tx.now
    for batch in await _batches(tx, call_id):
        batch.state, batch.cancelled_at = CallState.CANCELLED, tx.now
        await record(tx, CallCancelled(call_id=batch.id, cancellation_id=cancellation.id))
    call.state, call.cancelled_at = CallState.CANCELLED, tx.now
    if version := await tx.session.get(
        CallVersion, (call_id, call.current_version + 1), populate_existing=True
    ):
        await tx.session.delete(version)
    await tx.flush()
    await record(tx, CallCancelled(call_id=call_id, cancellation_id=cancellation.id))
    return call


async def _batches(tx: Tx, series_id: UUID) -> Sequence[Call]:
    """The batches of a series that are not decided, locked."""
    query = select(Call).where(Call.series_id == series_id, Call.state.in_(sorted(CANCELLABLE)))
    locked = query.order_by(Call.batch).with_for_update(key_share=True)
    return (await tx.session.scalars(locked.execution_options(populate_existing=True))).all()


async def _open(tx: Tx, call_id: UUID) -> CallCancellation | None:
    query = select(CallCancellation).where(
        CallCancellation.call_id == call_id, CallCancellation.dropped_at.is_(None)
    )
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _requested(tx: Tx, call_id: UUID) -> CallCancellation:
    cancellation = await _open(tx, call_id)
    if cancellation is None or cancellation.confirmed_at is not None:
        refuse("not_asked")
    return cancellation
