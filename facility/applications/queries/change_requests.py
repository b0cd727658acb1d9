"""Reads of what partners want changed."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.rules.change_requests import ChangeOutcome


class RequestLine(msgspec.Struct, frozen=True):
    """A request for a change, whose it is, and what became of it."""

    id: UUID
    party_id: UUID
    institution: str
    wish: str
    asked_at: datetime
    outcome: ChangeOutcome | None
    answer: str | None
    answered_at: datetime | None


_REQUESTS = text(
    """
    SELECT change_request.id, party_id, institution.name AS institution, wish, asked_at, outcome, answer, answered_at
    FROM change_request JOIN party ON party.id = party_id JOIN institution ON institution.id = party.institution_id
    WHERE change_request.application_id = :id AND (CAST(:party AS uuid) IS NULL OR party_id = :party)
    ORDER BY outcome IS NOT NULL, asked_at DESC, change_request.id
    """
)


async def change_requests(
    connection: AsyncConnection, application_id: UUID, party_id: UUID | None = None
) -> list[RequestLine]:
    """What the partners, or one of them, want changed: first what waits for an answer, then the newest."""
    rows = await connection.execute(_REQUESTS, {"id": application_id, "party": party_id})
    return [msgspec.convert(dict(row._mapping), RequestLine) for row in rows]
