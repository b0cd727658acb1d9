"""The calls under evaluation, as their list shows them."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.sealing import SEALED_SQL
from facility.evaluation.models.counting_assessments import counts

PAGE = 25


class CallLine(msgspec.Struct, frozen=True):
    """A call under evaluation: how many applications came in, are sealed or unchecked, and how many still lack assessments."""

    id: UUID
    reference: str
    title: str
    state: str
    closes_at: datetime
    decided_at: datetime | None
    proposed: bool
    received: int
    sealed: int
    unchecked: int
    waiting: int
    assessments: int


_CALLS = text(
    f"""
    SELECT call.id, call.reference, call.title, call.state, call.closes_at, call.decided_at,
        evaluation_end.at IS NOT NULL AS proposed, counted.*
    FROM call LEFT JOIN evaluation_end ON evaluation_end.call_id = call.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS received, count(*) FILTER (WHERE {SEALED_SQL}) AS sealed,
            count(*) FILTER (WHERE status = 'submitted') AS unchecked,
            count(*) FILTER (WHERE status = 'admissible' AND sent < CAST(call.grid ->> 'min_assessments' AS int)) AS waiting,
            CAST(coalesce(sum(sent), 0) AS bigint) AS assessments
        FROM application CROSS JOIN LATERAL (
            SELECT count(*) AS sent FROM assessment
            WHERE assessment.application_id = application.id AND {counts()}) AS counting
        WHERE application.call_id = call.id AND track = 'joint' AND received_at IS NOT NULL) AS counted
    WHERE call.state IN ('closed', 'decided') AND (call.mode = 'deadline') = (call.series_id IS NULL)
      AND (CAST(:before AS uuid) IS NULL
           OR (call.closes_at, call.id) < (SELECT closes_at, id FROM call WHERE id = :before))
    ORDER BY call.closes_at DESC, call.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608 - no value goes in
)


async def calls(
    connection: AsyncConnection, before: UUID | None = None
) -> tuple[list[CallLine], UUID | None]:
    """A page of closed and decided calls, the latest first, and the call before which the next page begins."""
    rows = (await connection.execute(_CALLS, {"before": before})).all()
    lines = [msgspec.convert(dict(row._mapping), CallLine, strict=False) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None
