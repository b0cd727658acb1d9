"""Read models: in order, in batches, the same again after a rebuild, and standing still before what they can't apply."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from facility.db import Database, is_outage, new_id
from facility.events.log import record
from facility.events.models import EventRow
from facility.events.projector import PROJECTIONS, Stop, advance, behind, keep_up, reset, stops
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


async def stopped(db: Database) -> list[Stop]:
    async with db.reader() as connection:
        return list(await stops(connection))


async def position(db: Database) -> int:
    async with db.reader() as connection:
        rows = await connection.execute(text("SELECT position FROM projection WHERE name = 'test.bells'"))
        return int(rows.scalar_one())


@pytest.mark.parametrize("batch", [500, 3])
async def test_a_read_model_stops_before_what_it_cannot_apply_and_goes_on_when_it_can(
    tower: Database, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setitem(PROJECTIONS, "test.bells", bells)
    bell_ids = [new_id() for _ in range(10)]
    await _run(tower, "ALTER TABLE test_bell ADD CONSTRAINT poison CHECK (times <> 7)")
    await ring(tower, *bell_ids)
    await number(tower)
    while await keep_up(tower, bells, START, batch=batch):
        pass
    async with tower.reader() as connection:
        poison = select(EventRow.id, EventRow.position).where(
            EventRow.subject_id == bell_ids[7], EventRow.version == 1
        )
        event_id, place = (await connection.execute(poison)).one()
    assert dict(await contents(tower)) == {bell: times for times, bell in enumerate(bell_ids[:7])}
    assert await position(tower) + 1 == place
    [stop] = await stopped(tower)
    assert (stop.name, stop.event_id, stop.kind) == ("test.bells", event_id, "BellRung")
    assert (stop.error, stop.attempts) == ("IntegrityError 23514 poison", 1)
    due = [bells.name in {model.name for model in await behind(tower, START + after)} for after in _LATER]
    assert due == [False, False, True]
    await keep_up(tower, bells, START + _LATER[2], batch=batch)
    assert [model.next_attempt_at for model in await stopped(tower)] == [START + timedelta(seconds=6)]
    await _run(tower, "ALTER TABLE test_bell DROP CONSTRAINT poison")
    while await keep_up(tower, bells, START, batch=batch):
        pass
    assert (len(await contents(tower)), await stopped(tower)) == (10, [])


async def _run(db: Database, statement: str) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text(statement))


_LATER = [timedelta(0), timedelta(seconds=1), timedelta(seconds=2)]


async def test_a_read_model_does_not_stop_because_the_database_is_away(
    tower: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ring(tower, new_id())
    await number(tower)
    gone = "SELECT pg_terminate_backend(pg_backend_pid())"
    dying = msgspec.structs.replace(bells, apply=lambda connection, _: connection.execute(text(gone)))
    monkeypatch.setitem(PROJECTIONS, "test.bells", dying)
    with pytest.raises(DBAPIError) as away:
        await keep_up(tower, dying, START)
    assert is_outage(away.value)
    assert await stopped(tower) == []
