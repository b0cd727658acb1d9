"""The days for which one expert is booked, as their calendar shows them."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments.models.invitation import INVITATION_STANDS_SQL
from facility.deployments.queries.invited import contact_line
from facility.deployments.queries.requests import ADRIFT
from facility.outbox.links import hash_of
from facility.refused import refuse


class BookedMission(msgspec.Struct, frozen=True):
    """One booking: first and last day, both included; adrift: no activity takes place on its days."""

    deployment_id: UUID
    expert_id: UUID
    reference: str
    place: str
    starts_on: date
    ends_on: date
    booked_at: datetime | None
    calendar_sequence: int
    adrift: bool


class CalendarEntry(BookedMission, frozen=True, kw_only=True):
    """A booking as a mail enters it into the calendar of the expert. booked: it still stands."""

    name: str
    email: str
    booked: bool
    contact_name: str
    contact_email: str
    contact_phone: str

    @property
    def contact(self) -> str:
        """Whom the expert can ask, on a line."""
        return contact_line(self.contact_name, self.contact_email, self.contact_phone)


_ENTRY = text(
    f"""
    SELECT deployment.id AS deployment_id, expert_id, reference, place, starts_on, ends_on, ended_at AS booked_at, calendar_sequence,
        expert.name, expert.email, outcome = 'accepted' AND deployment.state <> 'ended' AS booked, deployment.id IN ({ADRIFT}) AS adrift,
        contact_name, contact_email, contact_phone
    FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
    WHERE invitation.id = :invitation
    """  # noqa: S608 - our own text
)


async def calendar_entry(connection: AsyncConnection, invitation_id: UUID, now: datetime) -> CalendarEntry:
    """Of an invitation: one statement."""
    row = (await connection.execute(_ENTRY, {"invitation": invitation_id, "now": now})).one()
    return CalendarEntry(**row._mapping)


_LINK = text("SELECT subject_id, revoked_at FROM link WHERE token_hash = :hash AND purpose = 'bookings'")
_BOOKED = text(
    f"""
    SELECT deployment.id AS deployment_id, taken.expert_id, reference, place, first AS starts_on, last AS ends_on,
        invitation.ended_at AS booked_at, coalesce(calendar_sequence, 0) AS calendar_sequence,
        deployment.id IN ({ADRIFT}) AS adrift
    FROM (SELECT deployment_id, expert_id, min(day) AS first, max(day) AS last FROM booking
        WHERE expert_id = :expert GROUP BY deployment_id, expert_id) AS taken
    JOIN deployment ON deployment.id = taken.deployment_id
    LEFT JOIN invitation ON invitation.deployment_id = deployment.id AND invitation.expert_id = taken.expert_id ORDER BY first
    """  # noqa: S608 - our own text
)


async def follower(connection: AsyncConnection, token: str) -> UUID:
    """Whose calendar follows the link with this token. Raises Refused: link_unknown (missing), link_revoked."""
    link = (await connection.execute(_LINK, {"hash": hash_of(token)})).first()
    if link is None:
        refuse("link_unknown", kind="missing")
    if link.revoked_at is not None:
        refuse("link_revoked")
    expert_id: UUID = link.subject_id
    return expert_id


async def bookings(connection: AsyncConnection, expert_id: UUID) -> list[BookedMission]:
    """All bookings of the expert."""
    rows = await connection.execute(_BOOKED, {"expert": expert_id, "now": clock.now()})
    return [msgspec.convert(dict(row), BookedMission) for row in rows.mappings()]


class DaysBeyond(msgspec.Struct, frozen=True):
    """A calendar year in which an expert would be booked for more days, this mission's among them, than their profile allows."""

    year: int
    days: int
    most: int


_BEYOND = text(
    f"""
    SELECT CAST(extract(year FROM day) AS int) AS year, CAST(count(*) AS int) AS days, days_per_year AS most
    FROM (SELECT expert.id, days_per_year, deployment.id AS deployment_id, starts_on, ends_on
        FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
        WHERE invitation.id = :invitation AND {INVITATION_STANDS_SQL} AND days_per_year IS NOT NULL) AS asked
    CROSS JOIN LATERAL (
        SELECT CAST(day AS date) AS day FROM generate_series(CAST(starts_on AS timestamp), CAST(ends_on AS timestamp), interval '1 day') AS day
        UNION SELECT day FROM booking WHERE booking.expert_id = asked.id) AS days
    WHERE extract(year FROM day) BETWEEN extract(year FROM starts_on) AND extract(year FROM ends_on)
    GROUP BY 1, 3 HAVING count(*) > days_per_year ORDER BY 1
    """  # noqa: S608 - our own text
)


async def days_beyond(connection: AsyncConnection, invitation_id: UUID) -> list[DaysBeyond]:
    """None where the profile sets no limit: one statement."""
    rows = await connection.execute(_BEYOND, {"invitation": invitation_id})
    return [DaysBeyond(**row._mapping) for row in rows]
