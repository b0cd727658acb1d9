"""Whether somebody has signed the declaration of objectivity and confidentiality for a call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.evaluation.models.committee import Declaration


async def signed_at(
    reader: AsyncConnection | AsyncSession, call_id: UUID, person_id: UUID
) -> datetime | None:
    """When this person signed; None where they have not."""
    query = select(Declaration.signed_at).where(
        Declaration.call_id == call_id, Declaration.assessor_id == person_id
    )
    return (await reader.execute(query)).scalar()
