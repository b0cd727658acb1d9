"""`facility reconcile` on a database of so many events: seconds of each check, and the peak of its process's memory.

Half of the events are those of an application of the story, copied with everything that hangs on it, the others are people who
sign in; each chain has hashes of its own, and nothing is off in it. The bare way is one statement of PostgreSQL, which compares the hashes and computes as many, over what it has
as it lies there. `ratio`: its seconds over those of the check of the chains.
"""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from bench.copies import chained, copy_application, write
from bench.processes import printed
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility.accounts.events import SignedIn
from facility.db import Database, new_id
from facility.events.projector import PROJECTIONS, advance
from facility.events.sequence import number
from facility.events.since import know_reactions

NAME = "bench_reconcile"
SIGN_INS = 200
FIRST = datetime(2022, 1, 3, 8, 30, tzinfo=UTC)
AT_ONCE = 5_000
"""Applications that are written in one go, and events by which read models go on."""
_JUDGED = """
    SELECT application.id, (SELECT count(*) FROM event WHERE subject_id = application.id) AS events
    FROM application JOIN call ON call.id = call_id
    WHERE application.status = 'admissible' AND track = 'joint' AND call.state = 'closed'
    ORDER BY application.reference LIMIT 1
"""
_BARE = """
    SELECT count(*) FILTER (WHERE previous_hash <> before), count(sha256(previous_hash || convert_to(data::text, 'UTF8')))
    FROM (SELECT previous_hash, data, coalesce(lag(hash) OVER (PARTITION BY subject_id ORDER BY version), previous_hash) AS before
        FROM event) AS chained
"""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """In a process of its own, as the command is."""
    await stage.alone()
    async with _filled(stage, size.checked) as url:
        bare = await _bare(url)
        measured = msgspec.json.decode(await printed(["-m", "bench.reconciled", url], stage.environ))
    chains = measured["seconds"]["log: hash chains"]
    return {
        **measured,
        "total_seconds": rounded(sum(measured["seconds"].values())),
        "bare_seconds": rounded(bare),
        "ratio": rounded(bare / chains),
    }


@asynccontextmanager
async def _filled(stage: Stage, events: int) -> AsyncIterator[str]:
    """The address of a copy of the story with so many events at least; gone afterwards."""
    async with stage.copied(NAME) as db:
        await know_reactions(db)
        await _fill(stage, db, events)
        yield stage.at(NAME)


async def _fill(stage: Stage, db: Database, events: int) -> None:
    async with db.reader() as connection:
        key, each = (await connection.execute(text(_JUDGED))).one()
    left = events // 2 // each
    while left > 0:
        print(f"  {left} applications to be written", file=sys.stderr, flush=True)
        left -= len(await copy_application(stage, key, min(left, AT_ONCE), url=db.url))
    async with db.reader() as connection:
        left = events - int(await connection.scalar(text("SELECT count(*) FROM event")) or 0)
    await _sign_in(stage, db.url, left)
    while await number(db):
        pass
    for model in PROJECTIONS.values():
        print(f"  {model.name}", file=sys.stderr, flush=True)
        while await advance(db, model, batch=AT_ONCE):
            pass
    async with db.reader() as connection:
        await connection.execute(text("VACUUM (ANALYZE)"))


async def _sign_in(stage: Stage, url: str, count: int) -> None:
    """So many sign-ins, by people of whom each signs in as often."""
    connection = await stage.connect(url)
    try:
        pattern = dict(
            await connection.fetchrow("SELECT * FROM person WHERE email = 'carl@facility.example'")
        )
        for done in range(0, count, AT_ONCE):
            print(f"  {count - done} sign-ins to be written", file=sys.stderr, flush=True)
            events = min(AT_ONCE, count - done)
            people = [
                {**pattern, "id": new_id(), "email": f"bench-{done + n}@example.org"}
                for n in range(0, events, SIGN_INS)
            ]
            lines = [chained([_signed_in(person["id"], n + 1) for n in range(SIGN_INS)]) for person in people]
            await write(connection, "person", people)
            await write(connection, "event", [row for rows in lines for row in rows][:events])
    finally:
        await connection.close()


def _signed_in(person: UUID, version: int) -> dict[str, Any]:
    at = FIRST + timedelta(days=version)
    return {
        "id": new_id(),
        "kind": SignedIn.__name__,
        "subject": SignedIn.subject,
        "subject_id": person,
        "version": version,
        "actor_id": person,
        "due_at": at,
        "recorded_at": at,
        "correlation_id": new_id(),
        "causation_id": None,
        "data": msgspec.json.encode(SignedIn(person_id=person)).decode(),
    }


async def _bare(url: str) -> float:
    db = Database(url)
    async with db.reader() as connection:
        begin = time.perf_counter()
        off, _ = (await connection.execute(text(_BARE))).one()
        spent = time.perf_counter() - begin
    await db.dispose()
    assert off == 0
    return spent
