"""Time is an event too: what must happen at an instant registers here, and the scheduler looks for what is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime

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


async def run_due(db: Database, now: datetime) -> int:
    """Do everything that is due at `now`, in the order of registration; how many things were done."""
    return sum([await due(db, now) for due in SCHEDULE.values()])
