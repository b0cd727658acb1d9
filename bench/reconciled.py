"""`python -m bench.reconciled ADDRESS` runs `facility reconcile` on the database there: one JSON line of what it took.

Beside seconds by the clock it says how much processor time it and PostgreSQL have used: on a busy machine the clock tells of the others.
"""

import contextlib
import os
import resource
import sys
import time
from typing import Any

import msgspec
import psutil
import uvloop
from sqlalchemy import text

from bench.rounds import rounded
from facility.db import Database
from facility.events.reconcile import each_check
from facility.rooms import load_slices


async def _measured(url: str) -> dict[str, Any]:
    load_slices()
    db = Database(url)
    async with db.reader() as connection:
        events = await connection.scalar(text("SELECT count(*) FROM event"))
        backend = await connection.scalar(text("SELECT pg_backend_pid()"))
    ours, theirs = psutil.Process(), psutil.Process(backend).parent()
    assert theirs is not None
    used = _used(ours), _used(theirs)
    seconds = await _seconds(db)
    spent = [rounded(_used(process) - before) for process, before in zip((ours, theirs), used, strict=True)]
    await db.dispose()
    return {
        "events": events,
        "seconds": seconds,
        "cpu_seconds": dict(zip(("reconcile", "postgres"), spent, strict=True)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": rounded(os.getloadavg()[0]),
    }


async def _seconds(db: Database) -> dict[str, float]:
    """Of each check; nothing may be off."""
    seconds: dict[str, float] = {}
    begin = time.perf_counter()
    async for name, lines in each_check(db):
        assert not lines, lines[:5]
        seconds[name] = rounded(time.perf_counter() - begin)
        begin = time.perf_counter()
    return seconds


def _used(process: psutil.Process) -> float:
    """Its processor time and that of its children, living or gone. They are asked first: one that ends meanwhile is among the gone."""
    living = 0.0
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            living += _used(child)
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system + living)


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_measured(sys.argv[1]))).decode())
