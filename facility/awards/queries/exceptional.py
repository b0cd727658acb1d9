"""What is shown of an award on an approved exception before there is one."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.contracts.queries import EnvelopeShown, envelopes
from facility.refused import refuse


class ExceptionalShown(msgspec.Struct, frozen=True):
    """A proposal that stands; amount in EUR."""

    id: UUID
    amount: Decimal
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime


_PROPOSAL = text(
    """
    SELECT exceptional_award.id, amount, reason, proposed_by, person.name AS proposer, proposed_at
    FROM exceptional_award JOIN person ON person.id = proposed_by
    WHERE application_id = :application AND outcome IS NULL
    """
)


async def exceptional(connection: AsyncConnection, application_id: UUID) -> ExceptionalShown | None:
    """The proposal that stands to award this approved exception."""
    row = (await connection.execute(_PROPOSAL, {"application": application_id})).first()
    return ExceptionalShown(**row._mapping) if row else None


async def envelope_of(connection: AsyncConnection, call_id: UUID) -> EnvelopeShown:
    """The envelope on which this call draws. Raises Refused (missing)."""
    query = text("SELECT envelope_id FROM call WHERE id = :call")
    key = (await connection.execute(query, {"call": call_id})).scalar()
    shown = next((envelope for envelope in await envelopes(connection) if envelope.id == key), None)
    return shown or refuse("not_found", kind="missing", what="call")
