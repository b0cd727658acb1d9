"""Strengths and weaknesses as they were written: of one application, of a call, and what is still to be written."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.reasons import GIVES_REASONS_SQL, TO_WRITE_SQL
from facility.calls.models.call import flag_after_decision
from facility.evaluation.models.counting_assessments import ENOUGH_SQL
from facility.evaluation.models.outcome import TOO_FEW_SQL
from facility.refused import refuse

type Reader = AsyncConnection | AsyncSession


class Reasons(msgspec.Struct, frozen=True):
    """A version of an application's strengths and weaknesses, and who wrote it."""

    version: int
    strengths: str
    weaknesses: str
    name: str
    at: datetime


_LATEST = text(
    """
    SELECT DISTINCT ON (application_id) application_id, version, strengths, weaknesses, person.name, written_at AS at
    FROM reasons_version JOIN person ON person.id = written_by
    WHERE application_id = ANY (CAST(:ids AS uuid[])) AND written_at <= coalesce(CAST(:until AS timestamptz), 'infinity')
    ORDER BY application_id, version DESC
    """
)


async def reasons(
    reader: Reader, application_ids: Collection[UUID], until: datetime | None = None
) -> dict[UUID, Reasons]:
    """By application, the latest version; until: the instant of a decision, for what it rested on."""
    about = {"ids": list(application_ids), "until": until}
    rows = (await reader.execute(_LATEST, about)).mappings()
    return {row["application_id"]: _reasons(row) for row in rows}


def _reasons(row: object) -> Reasons:
    return msgspec.convert(row, Reasons, from_attributes=False)


class ToWrite(msgspec.Struct, frozen=True):
    """An application whose strengths and weaknesses somebody writes. asked: its call gives them; ended: the ranking is proposed;
    judged: it has its assessments; named: those who decide read the assessors' names."""

    id: UUID
    reference: str
    title: str
    call_id: UUID
    call: str
    mode: str
    asked: bool
    named: bool
    ended: bool
    judged: bool


_TO_WRITE = text(
    f"""
    SELECT application.id, application.reference, application.title, call.id AS call_id, call.reference AS call, call.mode,
        {GIVES_REASONS_SQL} AS asked, {flag_after_decision("names_assessors")} AS named,
        call.state NOT IN ('closed', 'decided') OR EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id) AS ended,
        application.status = 'admissible' AND {ENOUGH_SQL} AND NOT {TOO_FEW_SQL} AS judged
    FROM application JOIN call ON call.id = application.call_id WHERE application.id = :application
    """  # noqa: S608 - our own text
)


async def to_write(reader: Reader, application_id: UUID) -> ToWrite:
    """The application, and whether they can be written now. Raises Refused (missing)."""
    row = (await reader.execute(_TO_WRITE, {"application": application_id})).mappings().first()
    return ToWrite(**row) if row else refuse("not_found", kind="missing", what="application")


class Line(msgspec.Struct, frozen=True):
    """An application of a call on the list of what is written. waits: it is still to be written."""

    id: UUID
    reference: str
    title: str
    name: str | None
    at: datetime | None
    waits: bool


_LINES = text(
    f"""
    SELECT application.id, application.reference, application.title, person.name, latest.written_at AS at, {TO_WRITE_SQL} AS waits
    FROM application JOIN call ON call.id = application.call_id
    LEFT JOIN LATERAL (SELECT written_by, written_at FROM reasons_version
        WHERE reasons_version.application_id = application.id ORDER BY version DESC LIMIT 1) AS latest ON true
    LEFT JOIN person ON person.id = latest.written_by
    WHERE call.id = :call AND (latest.written_at IS NOT NULL OR {TO_WRITE_SQL}) AND NOT {shut_out()}
    ORDER BY application.reference COLLATE "C"
    """  # noqa: S608 - our own text
)


async def lines_of(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> list[Line]:
    """Of a call, by reference: what is written and what waits; without what is closed to the viewer."""
    rows = await connection.execute(_LINES, {"call": call_id, "viewer": viewer})
    return [Line(**row._mapping) for row in rows]
