"""From the commit of an event to the row of a read model that tells of it, with a worker process of its own."""

import asyncio
import time
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from bench.processes import running
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.append_drain import event
from facility import clock, schema
from facility.db import Database
from facility.events.log import record

EVENTS_PER_SECOND = 50
LOOK_EVERY = 0.001
"""Seconds between two looks at the read model: what is measured is late by as much, at most, and a round trip."""
CATCH_UP = 30.0
DATABASE = "bench_latency"


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """p50 and p99 in milliseconds; no ratio."""
    async with stage.db.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text(f"CREATE DATABASE {DATABASE}"))
    url = stage.at(DATABASE)
    db, connection_ = Database(url), await stage.connect(url)
    try:
        async with db.engine.begin() as empty:
            await schema.create_all(empty)
        async with running(["-m", "bench.worker"], {**stage.environ, "BENCH_DATABASE": url}):
            await _measure(db, connection_, 0.2)  # warm, and the worker has started
            waits = await _measure(db, connection_, size.latency_seconds)
    finally:
        await connection_.close()
        await db.dispose()
    waits.sort()
    return {
        "events": len(waits),
        "events_per_second": EVENTS_PER_SECOND,
        "p50_ms": rounded(waits[len(waits) // 2] * 1000),
        "p99_ms": rounded(waits[int(len(waits) * 0.99)] * 1000),
        "max_ms": rounded(waits[-1] * 1000),
    }


async def _measure(db: Database, connection: asyncpg.Connection, seconds: float) -> list[float]:
    committed: dict[UUID, float] = {}
    count = max(1, int(seconds * EVENTS_PER_SECOND))
    position = await connection.fetchval("SELECT coalesce(max(position), 0) FROM headline")
    looking = asyncio.create_task(_look(connection, position, count))
    begin = time.perf_counter()
    for n in range(count):
        await asyncio.sleep(max(0.0, begin + n / EVENTS_PER_SECOND - time.perf_counter()))
        made = event()
        async with db.transaction(now=clock.now()) as tx:
            await record(tx, made)
        committed[made.call_id] = time.perf_counter()
    seen = await looking
    return [max(0.0, at - committed[key]) for key, at in seen.items()]


async def _look(connection: asyncpg.Connection, position: int, count: int) -> dict[UUID, float]:
    """When each event was first seen in the read model. Raises TimeoutError where one never comes."""
    seen: dict[UUID, float] = {}
    async with asyncio.timeout(count / EVENTS_PER_SECOND + CATCH_UP):
        while len(seen) < count:
            rows = await connection.fetch(
                "SELECT position, subject_id FROM headline WHERE position > $1 ORDER BY position", position
            )
            now = time.perf_counter()
            for row in rows:
                seen[row["subject_id"]] = now
                position = row["position"]
            await asyncio.sleep(LOOK_EVERY)
    return seen
