"""A server that was started again has closed every connection: the pool finds out by itself, and nobody sees it."""

import asyncio

from sqlalchemy import text

from facility.db import Database


async def _pid(db: Database, together: asyncio.Barrier) -> int:
    async with db.reader() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await together.wait()
        return int(pid)


async def test_connections_that_the_server_closed_are_not_handed_out(db: Database, database_url: str) -> None:
    pids = await asyncio.gather(*[_pid(db, together) for together in [asyncio.Barrier(3)] for _ in range(3)])
    assert len(set(pids)) == 3
    other = Database(database_url, pool_size=1)
    async with other.reader() as connection:
        ended = (
            "SELECT count(*) FROM unnest(CAST(:pids AS int[])) AS one WHERE pg_terminate_backend(one, 5000)"
        )
        assert (await connection.execute(text(ended), {"pids": pids})).scalar_one() == 3
    await other.dispose()
    fresh = await asyncio.gather(*[_pid(db, together) for together in [asyncio.Barrier(3)] for _ in range(3)])
    assert set(pids) & set(fresh) == set()
