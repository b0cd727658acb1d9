"""Reads for what programs follow: the deadlines of calls, and what was published when."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ENTRIES = 50
KEPT = timedelta(days=366)
"""How long a deadline that has passed stays in the calendar of all calls."""


class Deadlines(msgspec.Struct, frozen=True):
    """The dates of a call, as the version in force says them; changed_at: when they were last published. cut_offs: of a
    rolling call, the last of which is its closing."""

    id: UUID
    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    questions_until: datetime | None
    answers_until: datetime | None
    cut_offs: list[datetime]
    version: int
    changed_at: datetime
    cancelled_at: datetime | None


_COLUMNS = """
    call.id, call.reference, call.title, call.opens_at, call.closes_at, call.questions_until, call.answers_until,
    call.cut_offs, call.current_version AS version, coalesce(call.cancelled_at, call_version.published_at) AS changed_at, call.cancelled_at
    FROM call JOIN call_version ON call_version.call_id = call.id AND call_version.number = call.current_version
"""
_ALL = text(
    f"SELECT {_COLUMNS} WHERE call.archived_at IS NULL AND call.closes_at >= :since"
    " ORDER BY call.closes_at, call.id"
)
_ONE = text(f"SELECT {_COLUMNS} WHERE call.reference = :reference")


async def all_deadlines(connection: AsyncConnection, now: datetime) -> list[Deadlines]:
    """The dates of all calls that are published and not long over: one statement."""
    rows = await connection.execute(_ALL, {"since": now - KEPT})
    return [_deadlines(row) for row in rows]


async def deadlines(connection: AsyncConnection, reference: str) -> Deadlines | None:
    """The dates of one published call."""
    row = (await connection.execute(_ONE, {"reference": reference})).first()
    return _deadlines(row) if row else None


def _deadlines(row: Any) -> Deadlines:
    return msgspec.convert(dict(row._mapping), Deadlines)


type Kind = Literal["published", "corrected", "cancelled", "answered"]


class FeedEntry(msgspec.Struct, frozen=True):
    """Something that was published. id: of the call, or of the question; number: of the version; text: the reason,
    the answer, or the call's text; first_at: when its first version was published."""

    kind: Kind
    id: UUID
    number: int
    reference: str
    title: str
    text: str
    at: datetime
    first_at: datetime


_ENTRIES = text(
    f"""
    SELECT * FROM (
        SELECT CASE WHEN number = 1 THEN 'published' ELSE 'corrected' END AS kind, call.id, number, reference,
            content->>'title' AS title, CASE WHEN number = 1 THEN content->>'text' ELSE reason END AS text,
            call_version.published_at AS at, call_version.published_at AS first_at
        FROM call_version JOIN call ON call.id = call_id WHERE call_version.published_at IS NOT NULL
        UNION ALL
        SELECT 'cancelled', call.id, 0, reference, title, reason, confirmed_at, confirmed_at
        FROM call_cancellation JOIN call ON call.id = call_id WHERE confirmed_at IS NOT NULL
        UNION ALL
        SELECT 'answered', question.id, question.number, reference, answer.question, answer.answer, answer.published_at,
            first.published_at
        FROM question JOIN call ON call.id = call_id
        JOIN answer ON answer.question_id = question.id AND answer.version = question.version
        JOIN answer AS first ON first.question_id = question.id AND first.version = 1
    ) AS entry WHERE CAST(:reference AS text) IS NULL OR reference = :reference
    ORDER BY at DESC, id, number DESC LIMIT {ENTRIES}
    """  # noqa: S608
)


async def entries(connection: AsyncConnection, reference: str | None = None) -> list[FeedEntry]:
    """What was published last, of all calls or of one, the newest first: one statement."""
    rows = await connection.execute(_ENTRIES, {"reference": reference})
    return [FeedEntry(*row) for row in rows]
