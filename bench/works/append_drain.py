"""Writing events into the log, one a transaction and 500 a transaction, and building a read model from them."""

import time
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import text

from bench.rounds import median
from bench.sizes import Size
from bench.stage import Stage
from facility import clock, schema
from facility.calls.events import CallPublished
from facility.db import Database
from facility.events.base import Event, to_data
from facility.events.log import GENESIS, Envelope, chain_hash, record
from facility.events.projector import PROJECTIONS, advance
from facility.events.sequence import number

BATCH = 500
READ_MODEL = "headlines"
"""The read model that is built: a row for each event."""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against the same rows by asyncpg. `ratio` is the lower of the two: one by one, and in batches."""
    async with stage.db.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text("CREATE DATABASE bench_log")
        )
    url = stage.at("bench_log")
    db, plain = Database(url), await stage.connect(url)
    try:
        async with db.engine.begin() as empty:
            await schema.create_all(empty)
        bare = Bare(plain)
        await bare.lay_tables()
        return await _measure(Product(db), bare, size)
    finally:
        await plain.close()
        await db.dispose()


async def _measure(product: "Product", bare: "Bare", size: Size) -> dict[str, Any]:
    modes = {"single": Mode(size.singles, 1), "batch": Mode(size.events, BATCH)}
    for number_ in range(size.rounds + 1):
        for mode in modes.values():
            await mode.round(product, bare, swap=number_ % 2 == 1)
        if number_ == 0:  # warm
            modes = {name: Mode(mode.count, mode.batch) for name, mode in modes.items()}
    figures: dict[str, Any] = {"rounds": size.rounds}
    for name, mode in modes.items():
        figures |= {f"{name}_{what}": value for what, value in mode.figures().items()}
    return {**figures, "ratio": min(figures["single_ratio"], figures["batch_ratio"])}


class Mode:
    """Events appended in transactions of `batch`, and drained."""

    def __init__(self, count: int, batch: int) -> None:
        self.count = count
        self.batch = batch
        self.seconds: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}

    async def round(self, product: "Product", bare: "Bare", *, swap: bool) -> None:
        """Both sides in turn."""
        sides: list[tuple[str, Product | Bare]] = [("ours", product), ("bare", bare)]
        for name, side in reversed(sides) if swap else sides:
            append = await seconds(side.append(self.count, self.batch))
            self.seconds[name].append((append, await seconds(side.drain())))

    def figures(self) -> dict[str, Any]:
        """Events a second, and the ratios: of both parts together, and of each."""
        ours, bare = self.seconds["ours"], self.seconds["bare"]
        both = list(zip(ours, bare, strict=True))
        return {
            "events": self.count,
            "appended_per_second": median([self.count / append for append, _ in ours]),
            "bare_appended_per_second": median([self.count / append for append, _ in bare]),
            "drained_per_second": median([self.count / drain for _, drain in ours]),
            "bare_drained_per_second": median([self.count / drain for _, drain in bare]),
            "append_ratio": median([other[0] / product[0] for product, other in both]),
            "drain_ratio": median([other[1] / product[1] for product, other in both]),
            "ratio": median([sum(other) / sum(product) for product, other in both]),
        }


async def seconds(work: Awaitable[None]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    await work
    return time.perf_counter() - begin


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
    INSERT INTO bare_event (id, kind, subject, subject_id, version, actor_id, due_at, recorded_at, correlation_id, data,
        previous_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_READ = "SELECT seq, kind, recorded_at, subject, subject_id, data FROM bare_event WHERE seq > $1 ORDER BY seq LIMIT $2"
_TELL = "INSERT INTO bare_headline (position, kind, at, subject, subject_id, data) VALUES ($1, $2, $3, $4, $5, $6)"


class Bare:
    """The same rows by asyncpg, in tables of the same shape."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.position = 0

    async def append(self, count: int, batch: int) -> None:
        """So many events in transactions of this size."""
        for _ in range(count // batch):
            rows = [_row(event()) for _ in range(batch)]
            async with self.connection.transaction():
                await self.connection.executemany(_APPEND, rows)

    async def drain(self) -> None:
        """Read what was written and write the read model's rows, in batches."""
        while rows := await self.connection.fetch(_READ, self.position, BATCH):
            async with self.connection.transaction():
                await self.connection.executemany(_TELL, [_headline(row) for row in rows])
                self.position = rows[-1]["seq"]
                await self.connection.execute("UPDATE bare_projection SET position = $1", self.position)

    async def lay_tables(self) -> None:
        """Tables like the product's, with all their indexes."""
        for name in ("event", "headline", "projection"):
            await self.connection.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)")
        await self.connection.execute("INSERT INTO bare_projection (name, position) VALUES ('bare', 0)")


def _row(event: Event) -> Sequence[Any]:
    key, now, data = uuid4(), clock.now(), to_data(event)
    actor, correlation = uuid4(), uuid4()
    envelope = Envelope(
        id=key,
        kind="CallPublished",
        subject="call",
        subject_id=event.subject_id,
        version=1,
        actor_id=actor,
        due_at=now.timestamp(),
        recorded_at=now.timestamp(),
        correlation_id=correlation,
        causation_id=None,
        data=data,
    )
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
        chain_hash(GENESIS, envelope),
    )


def _headline(row: asyncpg.Record) -> Sequence[Any]:
    key: UUID = row["subject_id"]
    return (row["seq"], row["kind"], row["recorded_at"], row["subject"], key, row["data"])
