"""A database of its own for a rehearsal, made beside the running service and dropped afterwards.

A scratch schema would not do: advisory locks, NOTIFY and sequences of locks are shared within a database.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from facility.db import Database
from facility.schema import create_all


@contextlib.asynccontextmanager
async def scratch_database(url: str) -> AsyncIterator[Database]:
    """An empty database with every table, on the server that `url` names; dropped when the block ends."""
    name = f"rehearsal_{secrets.token_hex(8)}"
    server = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    address = make_url(url).set(database=name).render_as_string(hide_password=False)
    db = Database(address, pool_size=4, listened=False)
    try:
        # Inside the try: who is stopped while it is being created must drop it too.
        async with server.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
            # Nothing in it outlives the rehearsal, so no commit need wait for the disk. Its tables have a few rows: to plan a
            # statement for each of its first values would take longer than any plan saves.
            for setting in ("synchronous_commit = off", "plan_cache_mode = force_generic_plan"):
                await connection.execute(text(f'ALTER DATABASE "{name}" SET {setting}'))
        async with db.engine.begin() as connection:
            await create_all(connection)
        yield db
    finally:
        await db.dispose()
        async with server.connect() as connection:
            await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        await server.dispose()
