"""`python -m bench.reconciled ADDRESS` runs `facility reconcile` on the database there: one JSON line of what it took."""

import resource
import sys
import time
from typing import Any

import msgspec
import uvloop
from sqlalchemy import text

from bench.rounds import rounded
from facility.db import Database
from facility.events.reconcile import each_check
from facility.worker import load_slices


async def _measured(url: str) -> dict[str, Any]:
    load_slices()
    db = Database(url)
    async with db.reader() as connection:
        events = await connection.scalar(text("SELECT count(*) FROM event"))
    seconds: dict[str, float] = {}
    off: list[str] = []
    begin = time.perf_counter()
    async for name, lines in each_check(db):
        seconds[name] = rounded(time.perf_counter() - begin)
        begin = time.perf_counter()
        off += lines
    await db.dispose()
    assert not off, off[:5]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"events": events, "seconds": seconds, "peak_mb": peak}


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_measured(sys.argv[1]))).decode())
