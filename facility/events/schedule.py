"""Time is an event too: what must happen at an instant registers here, and the scheduler looks for what is due.

What fails holds up nothing else: it is written down, tried again after a while and parked at last. What is due and can't be
done may be one item of a step, or a step as a whole, which is never parked: nobody would notice that it stands still.
"""

import functools
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, select, update
from sqlalchemy.dialects.postgresql import insert

from facility.db import Database, Tx, is_outage, new_id
from facility.events.failures import MAX_ATTEMPTS, backoff, reason_of
from facility.events.models import DeliveryState, FailedStep

log = logging.getLogger(__name__)

type Due = Callable[[Database, datetime], Awaitable[int]]
"""`async def due(db, now) -> int`: does what has become due, each in a transaction of its own; how many it did.
The event bears the instant it was due (`record(..., due_at=...)`); what follows from it starts when it really happens."""

SCHEDULE: dict[str, Due] = {}
WHOLE = ""
"""Stands for the item where a step failed as a whole."""


def scheduled(name: str) -> Callable[[Due], Due]:
    """Register a step of the scheduler under this name."""

    def register(due: Due) -> Due:
        if name in SCHEDULE:
            raise TypeError(f"two scheduled steps are named {name}")
        SCHEDULE[name] = due
        return due

    return register


class _Turn:
    """One turn of a step, with what had failed in it before, by item."""

    def __init__(self, db: Database, now: datetime, step: str, failed: dict[str, Any]) -> None:
        self.db = db
        self.now = now
        self.step = step
        self.failed = failed

    async def attempt(self, item: str, deed: Callable[[], Awaitable[int]]) -> int | None:
        """Do it, unless it failed before and isn't to be tried again yet; how many things it did, None where it did not end
        well. Raises what says that the database is away: that is no fault of the item."""
        before = self.failed.pop(item, None)
        if before is not None and (before.state == DeliveryState.PARKED or before.next_attempt_at > self.now):
            return None
        try:
            done = await deed()
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("%s failed: %s", self.step, item or "the whole step")
            await self._failed(item, before, error)
            return None
        if before is not None:
            await self.settle([before.id])
        return done

    async def _failed(self, item: str, before: Any, error: Exception) -> None:
        attempts = (before.attempts if before else 0) + 1
        parked = attempts >= MAX_ATTEMPTS and item != WHOLE
        row = insert(FailedStep).values(
            id=new_id(),
            step=self.step,
            item=item,
            state=DeliveryState.PARKED if parked else DeliveryState.WAITING,
            attempts=attempts,
            failed_at=before.failed_at if before else self.now,
            next_attempt_at=self.now + backoff(attempts),
            error=reason_of(error),
        )
        given = {
            name: row.excluded[name]
            for name in ("state", "attempts", "failed_at", "next_attempt_at", "error")
        }
        async with self.db.engine.begin() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["step", "item"], set_=given))

    async def settle(self, ids: list[UUID]) -> None:
        """Note that these failed items are done, or are no longer due."""
        if ids:
            async with self.db.engine.begin() as connection:
                await connection.execute(
                    update(FailedStep).where(FailedStep.id.in_(ids)).values(state=DeliveryState.DONE)
                )


_TURN: ContextVar[_Turn | None] = ContextVar("turn", default=None)


async def one_by_one(
    db: Database, now: datetime, due: Executable, act: Callable[..., Awaitable[bool]]
) -> int:
    """Read what is due, then do each in a transaction of its own, in the query's order; how many it did.

    `act(tx, *columns)` gets the columns of a row, the first of which names it (an id, nothing personal); it locks and looks
    again, since somebody may have been faster, and says whether it did anything. In the scheduler's turn an item that fails
    is written down and the others go on; without one it raises.
    """
    async with db.reader() as connection:
        rows = (await connection.execute(due)).all()
    turn = _TURN.get()
    done = 0
    for row in rows:
        deed = functools.partial(_act, db, now, act, row)
        done += (await turn.attempt(str(row[0]), deed) or 0) if turn else await deed()
    return done


async def _act(db: Database, now: datetime, act: Callable[..., Awaitable[bool]], row: Any) -> int:
    async with db.transaction(now=now) as tx:
        return await act(tx, *row)


async def run_due(db: Database, now: datetime) -> int:
    """Do everything that is due at `now`, in the order of registration; how many things were done. Raises only where the
    database is away."""
    failed = await _failed_before(db)
    return sum([await _take_turn(db, now, step, failed.get(step, {})) for step in SCHEDULE])


async def _take_turn(db: Database, now: datetime, step: str, failed: dict[str, Any]) -> int:
    turn = _Turn(db, now, step, failed)
    token = _TURN.set(turn)
    try:
        done = await turn.attempt(WHOLE, functools.partial(SCHEDULE[step], db, now))
    finally:
        _TURN.reset(token)
    if done is not None:  # what failed before and was not due any more needs nobody's attention
        await turn.settle([row.id for row in failed.values()])
    return done or 0


async def _failed_before(db: Database) -> dict[str, dict[str, Any]]:
    """What has failed and is not done, by step and item."""
    async with db.reader() as connection:
        rows = await connection.execute(
            select(FailedStep.__table__).where(FailedStep.state != DeliveryState.DONE)
        )
        by_step: dict[str, dict[str, Any]] = {}
        for row in rows:
            by_step.setdefault(row.step, {})[row.item] = row
    return by_step


async def run_step_again(tx: Tx, failed_id: UUID) -> bool:
    """Try at the next turn what has failed. False when it has been done meanwhile."""
    result = await tx.session.execute(
        update(FailedStep)
        .where(FailedStep.id == failed_id, FailedStep.state != DeliveryState.DONE)
        .values(state=DeliveryState.WAITING, attempts=0, next_attempt_at=tx.now)
        .returning(FailedStep.id)
    )
    return result.first() is not None
