"""Handing due deliveries to whoever carries them out, and draining everything where there is no worker."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from facility.db import Database
from facility.events.models import Delivery, DeliveryState
from facility.events.projector import PROJECTIONS, advance
from facility.events.reactions import deliver
from facility.events.sequence import number

BATCH = 500
LOST_AFTER = timedelta(seconds=60)
"""A delivery handed to the broker and not done by then is handed over again: a broker may lose what it holds."""


async def hand_over(db: Database, now: datetime, *, limit: int = BATCH) -> Sequence[int]:
    """Mark due deliveries as handed over and return their ids, oldest first. Several relays share the work."""
    async with db.engine.begin() as connection:
        due = (
            select(Delivery.id)
            .where(
                Delivery.state.in_([DeliveryState.WAITING, DeliveryState.HANDED_OVER]),
                Delivery.next_attempt_at <= now,
            )
            .order_by(Delivery.next_attempt_at, Delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # as a subquery it may run again for each row, and each run takes further rows
        )
        rows = await connection.execute(
            update(Delivery)
            .where(Delivery.id.in_(select(due.c.id)))
            .values(state=DeliveryState.HANDED_OVER, next_attempt_at=now + LOST_AFTER)
            .returning(Delivery.id)
        )
        return sorted(row.id for row in rows)


async def deliver_all(db: Database, clock: Callable[[], datetime]) -> int:
    """Carry out every due delivery, and what these set off, one after the other; how many were done."""
    done = 0
    while ids := await hand_over(db, clock()):
        for delivery_id in ids:
            done += await deliver(db, delivery_id, clock)
    return done


async def follow(db: Database) -> int:
    """Number the log and advance every read model until all are up to date; how many steps they took."""
    steps = 0
    while await number(db):
        pass
    for model in PROJECTIONS.values():
        while moved := await advance(db, model):
            steps += moved
    return steps


async def drain(db: Database, clock: Callable[[], datetime]) -> int:
    """Everything that a worker would do with the log, in this process; how many deliveries were done."""
    done = await deliver_all(db, clock)
    await follow(db)
    return done
