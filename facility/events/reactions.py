"""Who reacts to what: reactions register here, and one delivery is carried out in one transaction."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from facility.db import Database, Tx
from facility.events.base import Event, from_data
from facility.events.failures import MAX_ATTEMPTS, backoff, reason_of
from facility.events.models import Delivery, DeliveryState, EventRow

log = logging.getLogger(__name__)

type Reaction = Callable[[Tx, Any], Awaitable[None]]

_REACTIONS: dict[str, Reaction] = {}
_BY_KIND: dict[type[Event], list[str]] = {}


def reacts_to(*kinds: type[Event]) -> Callable[[Reaction], Reaction]:
    """Register `async def reaction(tx, event)` for these kinds of event.

    It runs after the event has been committed, in a transaction of its own with `tx.causation` set to the event;
    `done` is written in the same transaction. It may run again after a failure, so it must ask the rule anew.
    Nothing slow belongs in it: a letter is queued (outbox), not sent. Rebuilding read models never runs it.
    """

    def register(reaction: Reaction) -> Reaction:
        module = reaction.__module__.removeprefix("facility.").removesuffix(".reactions")
        name = f"{module}.{reaction.__name__}"
        if name in _REACTIONS:
            raise TypeError(f"two reactions are named {name}")
        _REACTIONS[name] = reaction
        for kind in kinds:
            _BY_KIND.setdefault(kind, []).append(name)
        return reaction

    return register


def subscribers(kind: type[Event]) -> list[str]:
    """Names of the reactions to this kind of event."""
    return _BY_KIND.get(kind, [])


def all_subscriptions() -> dict[str, list[str]]:
    """Reactions by kind of event, for the generated catalogue."""
    return {kind.__name__: list(names) for kind, names in _BY_KIND.items()}


async def deliver(db: Database, delivery_id: int, clock: Callable[[], datetime]) -> bool:
    """Carry out one delivery. False when it failed, was done already or is in other hands."""
    return await carry_out(db, delivery_id, clock) is not None


async def carry_out(db: Database, delivery_id: int, clock: Callable[[], datetime]) -> int | None:
    """As `deliver`, but returns how many further deliveries this one has caused; None for False.

    A failure is written down in a second transaction, with the next attempt or, after the last, `parked`.
    """
    try:
        async with db.transaction(now=clock()) as tx:
            carried_out = await _carry_out(tx, delivery_id)
        return tx.deliveries if carried_out else None
    except Exception as error:
        # Whatever went wrong, the delivery must not be lost: it is tried again or parked where people see it.
        log.exception("delivery %s failed", delivery_id)
        await _failed(db, delivery_id, clock(), error)
        return None


async def _carry_out(tx: Tx, delivery_id: int) -> bool:
    claimed = (await tx.session.execute(_CLAIM, {"delivery": delivery_id})).first()
    if claimed is None or claimed.Delivery.state in (DeliveryState.DONE, DeliveryState.PARKED):
        return False
    delivery, row = claimed
    tx.causation, tx.correlation = row.id, row.correlation_id
    await _REACTIONS[delivery.reaction](tx, from_data(row.kind, row.data))
    delivery.state = DeliveryState.DONE
    delivery.attempts += 1
    delivery.done_at = tx.now
    delivery.error = None
    return True


_CLAIM = (
    select(Delivery, EventRow)
    .join(EventRow, EventRow.id == Delivery.event_id)
    .where(Delivery.id == bindparam("delivery"))
    .with_for_update(of=Delivery, skip_locked=True)
)


async def _failed(db: Database, delivery_id: int, now: datetime, error: Exception) -> None:
    async with db.transaction(now=now) as tx:
        delivery = await tx.lock(Delivery, delivery_id)
        if delivery.state == DeliveryState.DONE:
            return
        delivery.attempts += 1
        delivery.error = reason_of(error)
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = DeliveryState.PARKED
        else:
            delivery.state = DeliveryState.WAITING
            delivery.next_attempt_at = now + backoff(delivery.attempts)


async def run_again(tx: Tx, delivery_id: int) -> bool:
    """Put a parked delivery back in the queue. False when it isn't parked (any more)."""
    result = await tx.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.PARKED)
        .values(state=DeliveryState.WAITING, attempts=0, next_attempt_at=tx.now)
        .returning(Delivery.id)
    )
    tx.recorded += 1  # wakes the worker
    return result.first() is not None
