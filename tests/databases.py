"""Databases of tests: how they are made and copied, and how many statements a connection remembers."""

import re

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


async def database_at(server: str, name: str, of: str = "template1") -> str:
    """Make a database on this server, a copy of `of`, to which nobody is connected; its address. It takes the place of its
    predecessor."""
    await run(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {of}")
    return re.sub(r"@/\w+\?", f"@/{name}?", server)
