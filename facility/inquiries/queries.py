"""What a page behind a link reads."""

from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.outbox.links import hash_of
from facility.refused import refuse


async def by_link(connection: AsyncConnection, statement: TextClause, token: str, **values: Any) -> Any:
    """The row that `statement` reads, by :hash, of the inquiry whose link has this token, and of `link.revoked_at`. Raises Refused:
    link_unknown (missing) for a token that never was, link_revoked."""
    row = (await connection.execute(statement, {**values, "hash": hash_of(token)})).first()
    if row is None:
        refuse("link_unknown", kind="missing")
    if row.revoked_at is not None:
        refuse("link_revoked")
    return row
