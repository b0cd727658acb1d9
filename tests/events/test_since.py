"""Reactions come and go with releases: each is demanded of what happened since it came, and of nothing before."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from facility.db import Database, new_id
from facility.events import reactions
from facility.events.log import record
from facility.events.reconcile import reconcile
from facility.events.since import know_reactions
from tests.events.bells import START, BellPolished

NEW = "tests.events.bells.admire"


async def polish(db: Database) -> UUID:
    """An event to which nobody reacts in the release before."""
    async with db.transaction(now=START) as tx:
        return await record(tx, BellPolished(bell_id=new_id()))


async def called_for(db: Database, event_id: UUID) -> list[str]:
    async with db.reader() as connection:
        query = text("SELECT reaction FROM delivery WHERE event_id = :id ORDER BY id")
        return list((await connection.execute(query, {"id": event_id})).scalars())


async def forgotten(db: Database) -> list[str]:
    return (await reconcile(db))["log: deliveries"]


def release(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """From now on this process is of the release that has these reactions."""
    known: dict[Any, list[str]] = reactions._BY_KIND
    monkeypatch.setitem(known, BellPolished, list(names))


async def test_a_reaction_is_demanded_of_what_happens_since_it_came(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await know_reactions(db)
    await polish(db)
    release(monkeypatch, NEW)
    await know_reactions(db)
    assert await forgotten(db) == []
    after = await polish(db)
    assert (await called_for(db, after), await forgotten(db)) == ([NEW], [])
    async with db.engine.begin() as connection:
        await connection.execute(text("DELETE FROM delivery"))
    assert await forgotten(db) == [f"event {after} (BellPolished) has no delivery for {NEW}"]


async def test_while_a_release_is_rolled_out_an_older_process_calls_for_what_is_new(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(monkeypatch, NEW)
    await know_reactions(db)
    release(monkeypatch)
    event_id = await polish(db)
    release(monkeypatch, NEW)
    assert (await called_for(db, event_id), await forgotten(db)) == ([NEW], [])


async def test_what_is_being_recorded_stands_before_a_new_reaction_or_calls_for_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two older processes record while the new release is set up: one had begun, the other begins meanwhile."""
    await know_reactions(db)
    async with db.transaction(now=START) as begun:
        before = await record(begun, BellPolished(bell_id=new_id()))
        await begun.flush()
        release(monkeypatch, NEW)
        knowing = asyncio.create_task(know_reactions(db))
        await _waiting(db, 1)
        release(monkeypatch)
        recording = asyncio.create_task(polish(db))
        await _waiting(db, 2)
    await knowing
    after = await recording
    release(monkeypatch, NEW)
    assert [await called_for(db, key) for key in (before, after)] == [[], [NEW]]
    assert await forgotten(db) == []


async def _waiting(db: Database, count: int) -> None:
    """Returns once so many wait for a lock."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with db.reader() as connection:
        while (await connection.execute(query)).scalar_one() < count:
            pass


async def test_a_reaction_that_is_gone_is_called_for_no_more_and_may_come_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(monkeypatch, NEW)
    await know_reactions(db)
    first = await polish(db)
    release(monkeypatch)
    await know_reactions(db)
    second = await polish(db)
    assert [await called_for(db, key) for key in (first, second)] == [[NEW], []]
    release(monkeypatch, NEW)
    await know_reactions(db)
    assert await forgotten(db) == []
