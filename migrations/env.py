"""Alembic's way in: the address comes from facility.migrate, the tables from every slice's models."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from facility.db import Base
from facility.schema import load_models

_LOCK = text("SELECT pg_advisory_lock(hashtext('facility.migrate'))")


def _included(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Whether autogenerate looks at a table: at all of them, or at those that the caller names."""
    tables = context.config.attributes.get("tables")
    return kind != "table" or tables is None or name in tables


def _migrate(connection: Connection) -> None:
    # Several processes may start at once: one migrates, the others wait and find nothing left to do.
    connection.execute(_LOCK)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        include_object=_included,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


async def _run() -> None:
    load_models()
    engine = create_async_engine(context.config.attributes["url"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_run())
