"""Lists for those who apply: an institution's own applications, and calls to apply to."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.modes import submit_by
from facility.web import carried

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
    cut_offs: tuple[datetime, ...]
    decided_at: datetime | None
    is_lead: bool
    lead: str
    confirmation: Confirmation
    on_board: bool
    requested: Decimal
    changing: bool

    def submit_by(self, at: datetime) -> datetime:
        """The deadline that a draft goes by."""
        return submit_by(self.cut_offs, self.closes_at, at)


# The filters stand in the text only where they are used. The order is that in which the institution came in, which stands
# in its own row: so a page is walked, however many there are.
_OWN = f"""
    SELECT application.id, application.reference, application.title, track, application.status,
        call.reference AS call_reference, closes_at, cut_offs, decided_at, party.added_at, party.id AS party_id, party.is_lead,
        institution.name AS lead, confirmation, {ON_BOARD_SQL} AS on_board, requested,
        changing_since IS NOT NULL AS changing
    FROM party JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE party.institution_id = :institution AND ({ON_BOARD_SQL} OR leave_reason IS NOT NULL) AND NOT {shut_out()} {{filters}}
    ORDER BY party.added_at {{direction}}, party.id {{direction}} LIMIT :limit
"""  # noqa: S608 - our own text
_FILTERS = {
    "status": "AND application.status = :status",
    # Applications move into a batch of their series when they are submitted.
    "call": """AND application.call_id IN (SELECT id FROM call WHERE reference = :call
        UNION ALL SELECT batch.id FROM call JOIN call AS batch ON batch.series_id = call.id WHERE call.reference = :call)""",
    "after": "AND (party.added_at, party.id) < (:at, :id)",
    "before": "AND (party.added_at, party.id) > (:at, :id)",
}


class Cursor(msgspec.Struct, frozen=True):
    """Where a page of a list ends: the next one begins below it."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


def cursor(given: str) -> Cursor | None:
    """From an address; None where it isn't one of ours (the list then begins at its top)."""
    place = carried.place(given, carried.instant)
    return Cursor(*place) if place else None


class OwnPage(msgspec.Struct, frozen=True):
    """A page of an institution's list, and where to go on either way."""

    lines: list[OwnLine]
    after: Cursor | None
    before: Cursor | None


async def own(
    connection: AsyncConnection,
    institution_id: UUID,
    viewer: UUID | None = None,
    *,
    call: str = "",
    status: str = "",
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> OwnPage:
    """What the institution leads, is asked to join, or has joined, the latest first; without what is closed to the viewer."""
    place = before or after
    beyond = {"before": before, "after": after if before is None else None}
    wanted = {"status": status, "call": call, **beyond}
    used = [name for name, value in wanted.items() if value]
    values: dict[str, Any] = {name: wanted[name] for name in used if name not in beyond}
    if place:
        values |= {"at": place.at, "id": place.id}
    sql = _OWN.format(
        filters=" ".join(_FILTERS[name] for name in used), direction="ASC" if before else "DESC"
    )
    result = await connection.execute(
        text(sql), {**values, "institution": institution_id, "viewer": viewer, "limit": PAGE + 1}
    )
    rows = list(result.mappings())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if before:
        rows.reverse()
    ends = [Cursor(row["added_at"], row["party_id"]) for row in (*rows[-1:], *rows[:1])]
    return OwnPage(
        [_own_line(row) for row in rows],
        after=ends[0] if ends and (more or before) else None,
        before=ends[1] if ends and (more if before else after) else None,
    )


def _own_line(row: Any) -> OwnLine:
    values = {name: row[name] for name in OwnLine.__struct_fields__}
    cut_offs = tuple(datetime.fromisoformat(at) for at in row["cut_offs"])
    return OwnLine(**{**values, "status": ApplicationStatus(row["status"]), "cut_offs": cut_offs})


class CallChoice(msgspec.Struct, frozen=True):
    """A call, as a filter or to start an application to; instants in UTC."""

    id: UUID
    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    cut_offs: tuple[datetime, ...]

    def submit_by(self, at: datetime) -> datetime:
        """The deadline of whoever applies now."""
        return submit_by(self.cut_offs, self.closes_at, at)


async def calls(connection: AsyncConnection, *, closes_after: datetime | None = None) -> list[CallChoice]:
    """Published calls, the latest first; with closes_after, only those that still take applications at that instant."""
    rows = await connection.execute(
        text(
            """
            SELECT id, reference, title, opens_at, closes_at, cut_offs FROM call
            WHERE state <> 'draft' AND (CAST(:after AS timestamptz) IS NULL OR (closes_at >= :after AND series_id IS NULL))
            ORDER BY closes_at DESC, id
            """
        ),
        {"after": closes_after},
    )
    return [msgspec.convert(dict(row), CallChoice) for row in rows.mappings()]
