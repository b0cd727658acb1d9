"""Handing due deliveries to whoever carries them out, and draining everything where there is no worker."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from facility.db import Database
from facility.events.models import DeliveryState
from facility.events.projector import PROJECTIONS, advance
from facility.events.reactions import carry_out
from facility.events.sequence import number

BATCH = 500
LOST_AFTER = timedelta(seconds=60)
"""A delivery handed to the broker and not done by then is handed over again: a broker may lose what it holds."""


async def hand_over(db: Database, now: datetime, *, limit: int = BATCH) -> Sequence[int]:
    """Mark due deliveries as handed over and return their ids, oldest first. Several relays share the work."""
    async with db.engine.begin() as connection:
        rows = await connection.execute(
            _HAND_OVER, {"now": now, "lost_after": now + LOST_AFTER, "limit": limit}
        )
        return sorted(row.id for row in rows)


# `due` is no subquery: that may run again for each row, and each run takes further rows.
_HAND_OVER = text(
    f"""
    WITH due AS (
        SELECT id FROM delivery
        WHERE state IN ('{DeliveryState.WAITING}', '{DeliveryState.HANDED_OVER}') AND next_attempt_at <= :now
        ORDER BY next_attempt_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery SET state = '{DeliveryState.HANDED_OVER}', next_attempt_at = :lost_after
    WHERE id IN (SELECT id FROM due) RETURNING id
    """  # noqa: S608 - our own words
)


async def deliver_all(db: Database, clock: Callable[[], datetime]) -> int:
    """Carry out every due delivery, and what these set off, one after the other; how many were done."""
    done = 0
    while ids := await hand_over(db, clock()):
        outcomes = [await carry_out(db, delivery_id, clock) for delivery_id in ids]
        set_off = [further for further in outcomes if further is not None]
        done += len(set_off)
        if len(ids) < BATCH and not any(set_off):
            break  # nothing is left, and to ask takes as long as a delivery
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
