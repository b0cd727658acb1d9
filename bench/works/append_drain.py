"""Writing events into the log, one a transaction and 500 a transaction, and building a read model from them."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import text

from bench.rounds import Rounds, alternate, median
from bench.sizes import Size
from bench.stage import Stage
from facility import clock, schema
from facility.calls.events import CallPublished
from facility.db import Database
from facility.events import Event, record
from facility.events.base import to_data
from facility.events.log import GENESIS, chain_hash
from facility.events.projector import PROJECTIONS, advance
from facility.events.sequence import number

BATCH = 500
READ_MODEL = "headlines"
"""The read model that is built: a row for each event."""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against the same rows by asyncpg. `ratio` is the lowest of the three."""
    async with stage.db.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text("CREATE DATABASE bench_log")
        )
    url = stage.at("bench_log")
    db, connection = Database(url), await stage.connect(url)
    try:
        async with db.engine.begin() as empty:
            await schema.create_all(empty)
        return await _measure(Product(db), Bare(connection), size)
    finally:
        await connection.close()
        await db.dispose()


async def _measure(product: "Product", bare: "Bare", size: Size) -> dict[str, Any]:
    works: dict[str, Callable[[Product | Bare], Awaitable[float]]] = {
        "single": lambda side: rate(size.singles, side.append(size.singles, 1)),
        "batch": lambda side: rate(size.events, side.append(size.events, BATCH)),
        "drain": lambda side: rate(size.events, side.drain()),
    }
    found = {name: Rounds([], []) for name in works}
    for _ in range(size.rounds + 1):
        for name, work in works.items():
            one = await alternate(lambda work=work: work(product), lambda work=work: work(bare), 1)  # type: ignore[misc]
            found[name].ours += one.ours
            found[name].bare += one.bare
        await bare.forget()
    figures: dict[str, Any] = {}
    for name, rounds in found.items():
        rounds.ours, rounds.bare = rounds.ours[1:], rounds.bare[1:]  # the first one warms
        figures[f"{name}_per_second"] = median(rounds.ours)
        figures[f"bare_{name}_per_second"] = median(rounds.bare)
        figures[f"ratio_{name}"] = rounds.ratio
    ratio = min(figures[f"ratio_{name}"] for name in works)
    return {**figures, "events": size.events, "batch": BATCH, "rounds": size.rounds, "ratio": ratio}


async def rate(count: int, work: Awaitable[None]) -> float:
    """How many of these a second."""
    begin = time.perf_counter()
    await work
    return count / (time.perf_counter() - begin)


def event() -> CallPublished:
    """An event of its own subject, which the read model tells of and nobody reacts to."""
    now = clock.now()
    return CallPublished(
        call_id=uuid4(),
        envelope_id=uuid4(),
        opens_at=now,
        closes_at=now + timedelta(days=30),
        amount=Decimal("120000.00"),
    )


class Product:
    """record(), numbering and advancing."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def append(self, count: int, batch: int) -> None:
        """So many events in transactions of this size."""
        for _ in range(count // batch):
            async with self.db.transaction(now=clock.now(), actor=uuid4()) as tx:
                for _ in range(batch):
                    await record(tx, event())

    async def drain(self) -> None:
        """Number everything, and bring the read model up to date."""
        while await number(self.db):
            pass
        while await advance(self.db, PROJECTIONS[READ_MODEL]):
            pass


_APPEND = """
    INSERT INTO event (id, kind, subject, subject_id, version, actor_id, due_at, recorded_at, correlation_id, data,
        previous_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_READ = "SELECT seq, kind, recorded_at, subject, subject_id, data FROM bare_event WHERE seq > $1 ORDER BY seq LIMIT $2"
_TELL = "INSERT INTO bare_headline (position, kind, at, subject, subject_id, data) VALUES ($1, $2, $3, $4, $5, $6)"


class Bare:
    """The same rows by asyncpg, in tables of the same shape."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.position: int | None = None

    async def append(self, count: int, batch: int) -> None:
        """So many events in transactions of this size."""
        await self._lay_tables()
        for _ in range(count // batch):
            rows = [_row(event()) for _ in range(batch)]
            async with self.connection.transaction():
                await self.connection.executemany(_APPEND.replace("INTO event", "INTO bare_event"), rows)

    async def drain(self) -> None:
        """Read what was written and write the read model's rows, in batches."""
        position = 0
        while rows := await self.connection.fetch(_READ, position, BATCH):
            async with self.connection.transaction():
                await self.connection.executemany(_TELL, [_headline(row) for row in rows])
                position = rows[-1]["seq"]
                await self.connection.execute("UPDATE bare_projection SET position = $1", position)

    async def _lay_tables(self) -> None:
        if self.position is None:
            self.position = 0
            for name in ("event", "headline", "projection"):
                await self.connection.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)")
            await self.connection.execute("INSERT INTO bare_projection VALUES ('bare', 0)")

    async def forget(self) -> None:
        """Start the next round with empty tables."""
        await self.connection.execute("TRUNCATE bare_event, bare_headline")


def _row(event: Event) -> Sequence[Any]:
    key, now, data = uuid4(), clock.now(), to_data(event)
    actor, correlation = uuid4(), uuid4()
    envelope = {
        "id": str(key),
        "kind": "CallPublished",
        "subject": "call",
        "subject_id": str(event.subject_id),
        "version": 1,
        "actor_id": str(actor),
        "due_at": now.timestamp(),
        "recorded_at": now.timestamp(),
        "correlation_id": str(correlation),
        "causation_id": None,
    }
    return (
        key,
        "CallPublished",
        "call",
        event.subject_id,
        1,
        actor,
        now,
        now,
        correlation,
        msgspec.json.encode(data).decode(),
        GENESIS,
        chain_hash(GENESIS, envelope, data),
    )


def _headline(row: asyncpg.Record) -> Sequence[Any]:
    key: UUID = row["subject_id"]
    return (row["seq"], row["kind"], row["recorded_at"], row["subject"], key, row["data"])
