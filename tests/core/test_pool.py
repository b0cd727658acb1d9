"""Who gets the next connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from facility.db import Database, is_outage
from tests.browser import NOW


@contextlib.asynccontextmanager
async def small(url: str, size: int) -> AsyncIterator[Database]:
    made = Database(url, pool_size=size)
    try:
        yield made
    finally:
        await made.dispose()


async def turns(count: int) -> None:
    """Let everybody else do what they can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_waits_longest_gets_the_next_connection(database_url: str) -> None:
    order: list[str] = []

    async def read(name: str) -> None:
        async with db.reader() as connection:
            order.append(name)
            await connection.execute(text("SELECT 1"))

    async def read_after(passed: int) -> None:
        await turns(passed)
        await read("late")

    async with small(database_url, 1) as db, contextlib.AsyncExitStack() as held:
        await held.enter_async_context(db.reader())
        waiting = [asyncio.create_task(read(name)) for name in ("first", "second", "third")]
        await turns(10)
        # The connection goes back, and before anybody is woken somebody else asks: one of these comes at that moment.
        back = asyncio.create_task(held.aclose())
        late = [asyncio.create_task(read_after(passed)) for passed in range(20)]
        await asyncio.gather(back, *waiting, *late)
    assert order[:3] == ["first", "second", "third"]


async def test_who_gave_up_takes_no_connection_along(database_url: str) -> None:
    async def read() -> None:
        async with db.reader() as connection:
            await connection.execute(text("SELECT 1"))

    async with small(database_url, 1) as db:
        async with db.reader():
            given_up, stays = asyncio.create_task(read()), asyncio.create_task(read())
            await turns(10)
            given_up.cancel()
        await stays
        assert given_up.cancelled()
        await read()


async def test_readers_do_not_wait_behind_writers(database_url: str) -> None:
    async def write() -> None:
        async with db.transaction(now=NOW) as tx:
            await tx.session.execute(text("SELECT 1"))
            begun.release()
            await over.wait()

    async with small(database_url, 3) as db:
        begun, over = asyncio.Semaphore(0), asyncio.Event()
        writers = [asyncio.create_task(write()) for _ in range(5)]
        await asyncio.gather(*(begun.acquire() for _ in range(2)))
        async with asyncio.timeout(10), db.reader() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar() == 1
        over.set()
        await asyncio.gather(*writers)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_who_waits_too_long_hears_that_the_service_is_busy(
    database_url: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facility.db._WAIT", 0.01)
    async with small(database_url, size) as db, contextlib.AsyncExitStack() as stack:
        for _ in range(size - size // 3):
            await stack.enter_async_context(db.transaction(now=NOW))
        with pytest.raises(PoolTimeout) as caught:
            await stack.enter_async_context(db.transaction(now=NOW))
        assert is_outage(caught.value)
