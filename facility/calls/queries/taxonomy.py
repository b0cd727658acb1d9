"""The themes that a call may be for: the taxonomy belongs to experts and is read here by its table."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_THEMES = text("SELECT code, name FROM theme WHERE active ORDER BY code")


async def taxonomy(connection: AsyncConnection, only: Collection[str] = ()) -> list[list[str]]:
    """Pairs of code and name of the themes in use, or of those among them that are named."""
    rows = await connection.execute(_THEMES)
    return [[row.code, row.name] for row in rows if not only or row.code in only]
