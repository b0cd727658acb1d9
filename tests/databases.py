"""Databases of tests: statements by a connection of their own, and connections that remember every statement."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from facility.db import Database

STATEMENTS = 4000
"""More than the service has. By SQLAlchemy's own measure (500, and 100 of each connection) what a walk through all pages needs is
forgotten before it is needed again: compiled, prepared and planned each time."""


async def run(url: str, *statements: str) -> None:
    """These statements, each committed, by a connection of their own."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


class Remembering(Database):
    """A database whose few connections know whatever they have been sent once."""

    def __init__(self, url: str, *, pool_size: int = 2) -> None:
        super().__init__(f"{url}&prepared_statement_cache_size={STATEMENTS}", pool_size=pool_size)
        compiled: dict[Any, Any] = {}
        for engine in (self.engine, self._autocommit):
            engine.sync_engine.update_execution_options(compiled_cache=compiled)
