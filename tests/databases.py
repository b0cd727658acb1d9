"""Databases of tests: statements by a connection of their own, and how many a connection remembers."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

STATEMENTS = 1000
"""More than a walk through all pages needs. By the measure of the service, 100 for each connection, a statement is forgotten before it
is needed again, and prepared and planned each time."""


async def run(url: str, *statements: str) -> None:
    """These statements, each committed, by a connection of their own."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()
