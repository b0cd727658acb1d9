"""Time is an event too: what must happen at an instant registers here, and the scheduler looks for what is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import Executable

from facility.db import Database

type Due = Callable[[Database, datetime], Awaitable[int]]
"""`async def due(db, now) -> int`: does what has become due, each in a transaction of its own; how many it did.
The event bears the instant it was due (`record(..., due_at=...)`); what follows from it starts when it really happens."""

SCHEDULE: dict[str, Due] = {}


def scheduled(name: str) -> Callable[[Due], Due]:
    """Register a step of the scheduler under this name."""

    def register(due: Due) -> Due:
        if name in SCHEDULE:
            raise TypeError(f"two scheduled steps are named {name}")
        SCHEDULE[name] = due
        return due

    return register


async def one_by_one(
    db: Database, now: datetime, due: Executable, act: Callable[..., Awaitable[bool]]
) -> int:
    """Read what is due, then do each in a transaction of its own, in the query's order; how many it did.

    `act(tx, *columns)` gets the columns of a row; it locks and looks again, since somebody may have been faster, and
    says whether it did anything.
    """
    async with db.reader() as connection:
        rows = (await connection.execute(due)).all()
    done = 0
    for row in rows:
        async with db.transaction(now=now) as tx:
            done += await act(tx, *row)
    return done


async def run_due(db: Database, now: datetime) -> int:
    """Do everything that is due at `now`, in the order of registration; how many things were done."""
    return sum([await due(db, now) for due in SCHEDULE.values()])
