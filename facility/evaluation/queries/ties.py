"""What somebody has declared about ties to institutions."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class TieShown(msgspec.Struct, frozen=True):
    """A tie; until: its last day where it is over."""

    id: UUID
    institution: str
    what: str
    until: date | None


_TIES = text(
    """
    SELECT tie.id, institution.name AS institution, what, until
    FROM tie JOIN institution ON institution.id = institution_id
    WHERE person_id = :person AND ended_at IS NULL ORDER BY institution.sort_key, declared_at
    """
)
_INSTITUTIONS = text(
    """
    SELECT institution.id, institution.name || ', ' || beneficiary.name AS label
    FROM institution JOIN beneficiary ON beneficiary.code = beneficiary_code
    WHERE institution.status = 'approved' ORDER BY institution.sort_key, institution.id
    """
)


async def ties_of(connection: AsyncConnection, person_id: UUID) -> list[TieShown]:
    """Those of this person that stand."""
    rows = await connection.execute(_TIES, {"person": person_id})
    return [TieShown(**row._mapping) for row in rows]


async def institutions(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Institutions to choose from: id and name."""
    return [(str(row.id), row.label) for row in await connection.execute(_INSTITUTIONS)]
