"""Lists of applications: an institution's own, and what staff see of all that came in."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.rules import ApplicationStatus, Confirmation

PAGE = 25


class OwnLine(msgspec.Struct, frozen=True):
    """An application in which an institution is a party; requested in EUR."""

    id: UUID
    reference: str
    title: str
    track: str
    status: ApplicationStatus
    call_reference: str
    closes_at: datetime
    decided_at: datetime | None
    started_at: datetime
    is_lead: bool
    lead: str
    confirmation: Confirmation
    left_at: datetime | None
    requested: Decimal


_OWN = text(
    """
    SELECT application.id, application.reference, application.title, track, application.status,
        call.reference AS call_reference, closes_at, decided_at, started_at, party.is_lead, institution.name AS lead,
        confirmation, left_at, requested
    FROM party JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE party.institution_id = :institution
        AND (left_at IS NULL OR leave_reason IS NOT NULL)
        AND (CAST(:at AS timestamptz) IS NULL OR (started_at, application.id) < (:at, CAST(:id AS uuid)))
    ORDER BY started_at DESC, application.id DESC LIMIT :limit
    """
)


class Cursor(msgspec.Struct, frozen=True):
    """Where a page of a list ends: the next one begins below it."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


def cursor(told: str) -> Cursor | None:
    """From an address; None where it isn't one of ours (the list then begins at its top)."""
    at, _, key = told.partition("~")
    try:
        return Cursor(datetime.fromisoformat(at), UUID(key))
    except ValueError:
        return None


async def own(
    connection: AsyncConnection, institution_id: UUID, after: Cursor | None = None
) -> tuple[list[OwnLine], Cursor | None]:
    """A page of what the institution leads, is asked to join, or has joined, newest first; and where the next begins."""
    rows = await connection.execute(
        _OWN,
        {
            "institution": institution_id,
            "at": after and after.at,
            "id": after and after.id,
            "limit": PAGE + 1,
        },
    )
    lines = [OwnLine(**{**row, "status": ApplicationStatus(row["status"])}) for row in rows.mappings()]
    return lines[:PAGE], Cursor(lines[PAGE - 1].started_at, lines[PAGE - 1].id) if len(lines) > PAGE else None


class ReceivedLine(msgspec.Struct, frozen=True):
    """What staff see of an application that was handed in: while it is sealed, nothing of what it says."""

    id: UUID
    reference: str
    track: str
    status: str
    received_at: datetime
    call_reference: str
    sealed: bool
    title: str | None
    lead: str | None
    chips: Sequence[str] | None
    requested: Decimal | None


# The filters stand in the text only where they are used, so that each list has an index of its own to walk.
_RECEIVED = """
    SELECT application.id, application.reference, track, application.status, received_at,
        call.reference AS call_reference, sealed,
        CASE WHEN NOT sealed THEN application.title END AS title,
        CASE WHEN NOT sealed THEN institution.name END AS lead,
        CASE WHEN NOT sealed THEN requested END AS requested,
        CASE WHEN NOT sealed THEN ARRAY(
            SELECT code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END
            FROM party JOIN beneficiary ON code = beneficiary_code
            WHERE application_id = application.id AND left_at IS NULL ORDER BY position) END AS chips
    FROM application JOIN call ON call.id = application.call_id
    CROSS JOIN LATERAL (SELECT track = 'joint' AND application.opened_at IS NULL AS sealed) AS seal
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE received_at IS NOT NULL {filters}
    ORDER BY received_at DESC, application.id DESC LIMIT :limit
"""
_FILTERS = {
    "call": "AND application.call_id = (SELECT id FROM call WHERE reference = :call)",
    "status": "AND application.status = :status",
    "after": "AND (received_at, application.id) < (:at, :id)",
}
_STATEMENTS = {
    used: text(_RECEIVED.format(filters=" ".join(_FILTERS[name] for name in used)))
    for used in [
        tuple(name for name, wanted in zip(_FILTERS, (n & 1, n & 2, n & 4), strict=True) if wanted)
        for n in range(8)
    ]
}


async def received(
    connection: AsyncConnection, *, call: str = "", status: str = "", after: Cursor | None = None
) -> tuple[list[ReceivedLine], Cursor | None]:
    """A page of what was handed in, newest first, of one call or all, in one status or any; where the next begins."""
    used = tuple(name for name, value in (("call", call), ("status", status), ("after", after)) if value)
    values = {"call": call, "status": status, "limit": PAGE + 1} | (
        {"at": after.at, "id": after.id} if after else {}
    )
    values = {k: v for k, v in values.items() if k not in _FILTERS or k in used}
    rows = await connection.execute(_STATEMENTS[used], values)
    lines = [ReceivedLine(**row) for row in rows.mappings()]
    return lines[:PAGE], (
        Cursor(lines[PAGE - 1].received_at, lines[PAGE - 1].id) if len(lines) > PAGE else None
    )


class CallChoice(msgspec.Struct, frozen=True):
    """A call, as a filter or to start an application to; instants in UTC."""

    id: UUID
    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime


async def calls(connection: AsyncConnection, *, closes_after: datetime | None = None) -> list[CallChoice]:
    """Published calls, the latest first; with closes_after, only those that still take applications at that instant."""
    rows = await connection.execute(
        text(
            """
            SELECT id, reference, title, opens_at, closes_at FROM call
            WHERE state <> 'draft' AND (CAST(:after AS timestamptz) IS NULL OR (closes_at >= :after AND series_id IS NULL))
            ORDER BY closes_at DESC, id LIMIT 200
            """
        ),
        {"after": closes_after},
    )
    return [CallChoice(**row) for row in rows.mappings()]
