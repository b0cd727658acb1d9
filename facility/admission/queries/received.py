"""What came in, page by page, counted, and in batches for exports; at a cost that does not grow with the number."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.queries.narrowing import Filters, cursor, narrowed, ordered, place_of
from facility.applications.models.application import LATEST_CHECK_SQL, Application
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.models.sealing import SEALED_SQL
from facility.db import Database

PAGE = 25
MOST_COUNTED = 1000
BATCH = 500


class ReceivedLine(msgspec.Struct, frozen=True):
    """What staff see of an application that was submitted. While it is sealed, its content is empty. Where it is
    `closed` to the viewer, who has declared a conflict on it, content and outcome are empty. The row itself stays: the
    viewer knows the reference, and an application that is missing from the list would look lost."""

    id: UUID
    reference: str
    track: str
    status: str | None
    received_at: datetime
    call_reference: str
    sealed: bool
    closed: bool
    title: str | None
    lead: str | None
    chips: Sequence[str] | None
    requested: Decimal | None


class ExportLine(ReceivedLine, frozen=True):
    """A `ReceivedLine` with the columns that only exports have."""

    partners: Sequence[str] | None
    themes: Sequence[str] | None
    checked: str | None


class Page(msgspec.Struct, frozen=True):
    """A page of the list, and where to go on either way."""

    lines: list[ReceivedLine]
    after: str | None
    before: str | None


_CHIPS = f"""CASE WHEN NOT hidden THEN ARRAY(
    SELECT code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END
    FROM party JOIN beneficiary ON code = beneficiary_code
    WHERE application_id = application.id AND {ON_BOARD_SQL} ORDER BY position) END"""  # noqa: S608 - our own text
_LINE = f"""application.id, application.reference, track, received_at,
    CASE WHEN NOT closed THEN application.status END AS status, call.reference AS call_reference, sealed, closed,
    CASE WHEN NOT hidden THEN application.title END AS title,
    CASE WHEN NOT hidden THEN institution.name END AS lead,
    CASE WHEN NOT hidden THEN requested END AS requested, {_CHIPS} AS chips"""
_EXPORTED = f"""{_LINE},
    CASE WHEN NOT hidden THEN ARRAY(
        SELECT other.name FROM party JOIN institution AS other ON other.id = institution_id
        WHERE application_id = application.id AND {ON_BOARD_SQL} AND NOT is_lead ORDER BY position) END AS partners,
    CASE WHEN NOT hidden THEN theme_codes END AS themes,
    CASE WHEN NOT hidden THEN (SELECT CASE WHEN admissible THEN 'admissible' ELSE 'inadmissible' END
        {LATEST_CHECK_SQL}) END AS checked"""  # noqa: S608 - our own text
_FROM = f"""FROM application JOIN call ON call.id = application.call_id
    CROSS JOIN LATERAL (SELECT {SEALED_SQL} AS sealed, {shut_out()} AS closed) AS seal
    CROSS JOIN LATERAL (SELECT sealed OR closed AS hidden) AS hiding
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE application.id = ANY(:ids)"""
_SHOWN = text(f"SELECT {_LINE} {_FROM}")
_TO_EXPORT = text(f"SELECT {_EXPORTED} {_FROM}")


async def page(
    connection: AsyncConnection,
    filters: Filters,
    viewer: UUID | None = None,
    *,
    after: str = "",
    before: str = "",
) -> Page:
    """A page of the list; keys that aren't ours begin at its top."""
    conditions = await narrowed(connection, filters, viewer)
    if conditions is None:
        return Page([], None, None)
    backward, forward = cursor(filters, before), cursor(filters, after)
    back = backward is not None
    query = ordered(filters, conditions, backward or forward, back=back)
    rows = list((await connection.execute(query.limit(PAGE + 1))).all())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if back:
        rows.reverse()
    lines = await _lines(connection, [row.id for row in rows], viewer)
    return Page(
        lines,
        place_of(rows[-1]) if rows and (more or back) else None,
        place_of(rows[0]) if rows and (more if back else forward) else None,
    )


async def _lines(connection: AsyncConnection, ids: list[UUID], viewer: UUID | None) -> list[ReceivedLine]:
    if not ids:
        return []
    about = {"ids": ids, "viewer": viewer}
    rows = {row["id"]: row for row in (await connection.execute(_SHOWN, about)).mappings()}
    return [ReceivedLine(**rows[key]) for key in ids if key in rows]


async def count(connection: AsyncConnection, filters: Filters, viewer: UUID | None = None) -> int:
    """How many fit; MOST_COUNTED + 1 stands for more."""
    conditions = await narrowed(connection, filters, viewer)
    if conditions is None:
        return 0
    some = select(Application.id).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return (await connection.execute(select(func.count()).select_from(some))).scalar_one()


async def batches(
    db: Database, filters: Filters, viewer: UUID | None = None, chosen: Sequence[UUID] | None = None
) -> AsyncIterator[list[ExportLine]]:
    """All that fit, or of them those that were chosen, in the order of the list, some hundreds at a time, each read in a
    moment of its own."""
    beyond = None
    while True:
        async with db.reader() as connection:
            conditions = await narrowed(connection, filters, viewer)
            if conditions is None:
                return
            if chosen is not None:
                conditions.append(Application.id.in_(chosen))
            query = ordered(filters, conditions, beyond, back=False).limit(BATCH)
            rows = (await connection.execute(query)).all()
            ids = [row.id for row in rows]
            about = {"ids": ids, "viewer": viewer}
            by_id = {row["id"]: row for row in (await connection.execute(_TO_EXPORT, about)).mappings()}
        yield [ExportLine(**by_id[key]) for key in ids if key in by_id]
        if len(rows) < BATCH:
            return
        beyond = (rows[-1].value, rows[-1].id)
