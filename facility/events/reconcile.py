"""Checks of the whole database in one snapshot. Rooms register theirs here; `facility reconcile` runs them all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from msgspec.json import decode
from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Base, Database
from facility.events.base import KINDS
from facility.events.log import GENESIS, Envelope, chain_hash
from facility.events.since import subscriptions

type Check = Callable[[AsyncConnection], Awaitable[list[str]]]
"""`async def check(connection) -> list[str]`: one line for each thing that is off, naming it; empty when all is well."""

CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under this name."""

    def register(function: Check) -> Check:
        if name in CHECKS:
            raise TypeError(f"two checks are named {name}")
        CHECKS[name] = function
        return function

    return register


async def reconcile(db: Database) -> dict[str, list[str]]:
    """Run every check: what is off, by check. A backlog is no error."""
    return {name: lines async for name, lines in each_check(db)}


async def each_check(db: Database) -> AsyncIterator[tuple[str, list[str]]]:
    """What each check finds off, as soon as it is done; all of them in one repeatable-read snapshot."""
    async with db.engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            for name, function in CHECKS.items():
                yield name, await function(connection)


PORTION = 2000


async def read_ahead(
    connection: AsyncConnection, query: Executable, *, portion: int = PORTION
) -> AsyncIterator[Sequence[Any]]:
    """The rows in portions: no more is held of them, and while one is looked at PostgreSQL prepares the next. The connection
    is taken until the last."""
    rows = await connection.stream(query.execution_options(yield_per=portion))
    batch = await rows.fetchmany(portion)
    while batch:
        coming = asyncio.ensure_future(rows.fetchmany(portion))
        await asyncio.sleep(0)  # it is asked for now
        try:
            yield batch
        finally:
            batch = await coming


@check("log: hash chains")
async def hash_chains(connection: AsyncConnection) -> list[str]:
    """Every event carries the hash of the one before it, versions have no gap, and nothing was changed since."""
    wrong: list[str] = []
    subject, version, previous = None, 0, GENESIS
    async for portion in read_ahead(connection, _CHAINED):
        for *covered, before, own in portion:
            covered[-1] = decode(covered[-1])
            event = Envelope(*covered)
            if event.subject_id != subject:
                subject, version, previous = event.subject_id, 0, GENESIS
            sound = event.version == version + 1 and before == previous and own == chain_hash(before, event)
            if not sound:
                wrong.append(
                    f"event {event.id} ({event.kind}, {event.subject} {subject}, version {event.version})"
                )
            version, previous = event.version, own
    return wrong


# An Envelope's fields as they are in its JSON: to make objects of a million rows would take most of the time.
_CHAINED = text(
    """
    SELECT id::text, kind, subject, subject_id::text, version, actor_id::text, extract(epoch FROM due_at)::float8,
        extract(epoch FROM recorded_at)::float8, correlation_id::text, causation_id::text, data::text, previous_hash, hash
    FROM event ORDER BY event.subject_id, event.version
    """
)


@check("log: positions")
async def positions(connection: AsyncConnection) -> list[str]:
    """Numbers run from 1 without a gap, and each subject's events are numbered in the order of their versions."""
    wrong: list[str] = []
    count, last = (await connection.execute(text("SELECT count(position), max(position) FROM event"))).one()
    if count != (last or 0):
        wrong.append(f"{count} numbered events, but the last position is {last}")
    rows = await connection.execute(
        text(
            """
            SELECT id FROM (
                SELECT id, version, rank() OVER (PARTITION BY subject_id ORDER BY position) AS place
                FROM event WHERE position IS NOT NULL) AS numbered
            WHERE version <> place
            """
        )
    )
    return wrong + [f"event {row.id} is numbered out of its subject's order" for row in rows]


@check("log: deliveries")
async def deliveries(connection: AsyncConnection) -> list[str]:
    """Each event has a delivery for each reaction to its kind that was there when it was recorded: none was forgotten."""
    expected = sorted(subscriptions())
    rows = await connection.execute(
        text(
            """
            SELECT event.id, event.kind, wanted.reaction
            FROM unnest(CAST(:kinds AS text[]), CAST(:reactions AS text[])) AS wanted (kind, reaction)
            LEFT JOIN reaction_since USING (kind, reaction)
            JOIN event ON event.kind = wanted.kind AND event.seq > coalesce(since_seq, 0)
            LEFT JOIN delivery ON delivery.event_id = event.id AND delivery.reaction = wanted.reaction
            WHERE delivery.id IS NULL
            """
        ),
        {"kinds": [kind for kind, _ in expected], "reactions": [reaction for _, reaction in expected]},
    )
    return [f"event {row.id} ({row.kind}) has no delivery for {row.reaction}" for row in rows]


@check("log: subjects")
async def subjects(connection: AsyncConnection) -> list[str]:
    """What events speak of is there: no event was left behind by a command that was refused."""
    tables = sorted({kind.subject for kind in KINDS.values()} & Base.metadata.tables.keys())
    there = " UNION ALL ".join(f"SELECT '{name}' AS subject, id FROM {name}" for name in tables)  # noqa: S608 - our own
    rows = await connection.execute(
        text(
            f"""
            SELECT subject, subject_id, count(*) AS events, (array_agg(kind ORDER BY version))[1] AS kind FROM event
            WHERE subject = ANY (:names)
            AND NOT EXISTS (SELECT FROM ({there}) AS there WHERE there.subject = event.subject AND there.id = subject_id)
            GROUP BY subject, subject_id
            """  # noqa: S608 - our own names
        ),
        {"names": tables},
    )
    return [
        f"{row.subject} {row.subject_id} has events ({row.events}, the first {row.kind}) and no row"
        for row in rows
    ]
