"""Read models: in order, in batches, the same again after a rebuild."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest_asyncio
from sqlalchemy import text

from facility.db import Database, new_id
from facility.events import record
from facility.events.projector import advance, reset
from facility.events.sequence import number
from tests.events.bells import START, BellPolished, BellRung, bells


@pytest_asyncio.fixture
async def tower(db: Database) -> AsyncIterator[Database]:
    async with db.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE test_bell (bell_id uuid PRIMARY KEY, times integer)"))
    yield db
    async with db.engine.begin() as connection:
        await connection.execute(text("DROP TABLE test_bell"))


async def contents(db: Database) -> list[tuple[UUID, int]]:
    async with db.reader() as connection:
        rows = await connection.execute(text("SELECT bell_id, times FROM test_bell ORDER BY bell_id"))
        return [(row.bell_id, row.times) for row in rows]


async def ring(db: Database, *bell_ids: UUID) -> None:
    for times, bell_id in enumerate(bell_ids):
        async with db.transaction(now=START) as tx:
            await record(tx, BellRung(bell_id=bell_id, times=times))
            await record(tx, BellPolished(bell_id=bell_id))


async def test_a_read_model_follows_in_batches_and_says_how_far(tower: Database) -> None:
    first, second = sorted([new_id(), new_id()])
    await ring(tower, first, second, first)
    await number(tower)
    assert [await advance(tower, bells, batch=4) for _ in range(3)] == [4, 2, 0]
    assert await contents(tower) == [(first, 2), (second, 1)]
    async with tower.reader() as connection:
        position = await connection.execute(text("SELECT position FROM projection WHERE name = 'test.bells'"))
        assert position.scalar() == 6


async def test_several_followers_at_once_apply_each_event_once(tower: Database) -> None:
    bell_ids = [new_id() for _ in range(10)]
    await ring(tower, *bell_ids)
    await number(tower)

    async def follow() -> int:
        return sum([await advance(tower, bells, batch=3) for _ in range(12)])

    moved = sum(await asyncio.gather(*(follow() for _ in range(4))))
    moved += await follow()  # whoever found another at it each time has gone without a turn
    assert moved == 20
    assert len(await contents(tower)) == 10


async def test_a_rebuild_gives_the_same_again(tower: Database) -> None:
    bell = new_id()
    await ring(tower, bell, new_id(), bell)
    await number(tower)
    while await advance(tower, bells):
        pass
    before = await contents(tower)
    await reset(tower, bells)
    assert await contents(tower) == []
    while await advance(tower, bells, batch=2):
        pass
    assert await contents(tower) == before
