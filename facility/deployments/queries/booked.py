"""The days for which one expert is booked, as their calendar shows them."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.outbox.links import hash_of
from facility.refused import refuse


class BookedMission(msgspec.Struct, frozen=True):
    """One booking: first and last day, both included."""

    deployment_id: UUID
    expert_id: UUID
    reference: str
    place: str
    starts_on: date
    ends_on: date
    booked_at: datetime


_LINK = text("SELECT subject_id, revoked_at FROM link WHERE token_hash = :hash AND purpose = 'bookings'")
_BOOKED = text(
    """
    SELECT deployment.id AS deployment_id, taken.expert_id, reference, place, first AS starts_on, last AS ends_on,
        (SELECT max(ended_at) FROM invitation
         WHERE invitation.deployment_id = deployment.id AND invitation.expert_id = taken.expert_id) AS booked_at
    FROM (SELECT deployment_id, expert_id, min(day) AS first, max(day) AS last FROM booking
        WHERE expert_id = :expert GROUP BY deployment_id, expert_id) AS taken
    JOIN deployment ON deployment.id = taken.deployment_id ORDER BY first
    """
)


async def bookings_by_link(connection: AsyncConnection, token: str) -> list[BookedMission]:
    """Raises Refused: link_unknown (missing), link_revoked."""
    link = (await connection.execute(_LINK, {"hash": hash_of(token)})).first()
    if link is None:
        refuse("link_unknown", kind="missing")
    if link.revoked_at is not None:
        refuse("link_revoked")
    rows = await connection.execute(_BOOKED, {"expert": link.subject_id})
    return [msgspec.convert(dict(row), BookedMission) for row in rows.mappings()]
