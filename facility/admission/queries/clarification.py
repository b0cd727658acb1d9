"""Reads of clarifications: for staff, for the lead's link, and the answers for assessors."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.models.clarification import Clarification
from facility.admission.rules.clarification import ClarificationKind, ClarificationState, ClericalField
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.periods import last_day


class Paper(msgspec.Struct, frozen=True):
    """A document that came with an answer; size in bytes."""

    number: int
    name: str
    kind: str
    size: int
    sha256: str
    virus_scan: str
    unread: int


class ClarificationLine(msgspec.Struct, frozen=True):
    """A clarification as it is shown. undelivered: the mail did not get through, and the period stands still."""

    id: UUID
    application_id: UUID
    kind: ClarificationKind
    field: ClericalField | None
    question: str
    asked_by: str | None
    asked_at: datetime
    days: int
    ends_at: datetime
    state: ClarificationState
    ended_at: datetime | None
    answer: str
    value: str
    responder: str
    accepted: bool | None
    settled_by: str | None
    settled_at: datetime | None
    papers: list[Paper]
    undelivered: bool

    @property
    def last_day(self) -> date:
        return last_day(self.ends_at)

    @property
    def to_settle(self) -> bool:
        """Whether an officer has yet to accept the answer or not."""
        return self.state is ClarificationState.ANSWERED and self.settled_at is None


_UNDELIVERED = undelivered_sql(Clarification)
_COLUMNS = f"""
    clarification.id, clarification.application_id, clarification.kind, field, question, asker.name AS asked_by, asked_at,
    days, ends_at, state, ended_at, answer, value, responder, accepted, settler.name AS settled_by, settled_at,
    (SELECT coalesce(jsonb_agg(to_jsonb(clarification_document) ORDER BY number), '[]') FROM clarification_document
     WHERE clarification_id = clarification.id) AS papers, {_UNDELIVERED} AS undelivered
"""  # noqa: S608 - our own text
_FROM = """
    FROM clarification
    LEFT JOIN person AS asker ON asker.id = asked_by LEFT JOIN person AS settler ON settler.id = settled_by
"""
_OF_APPLICATION = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE application_id = :id ORDER BY asked_at DESC, clarification.id"
)
_BY_LINK = text(
    f"""
    SELECT {_COLUMNS}, link.revoked_at {_FROM} JOIN link ON link.subject_id = clarification.id
    WHERE link.purpose = 'clarification' AND link.token_hash = :hash
    """
)


async def clarifications(connection: AsyncConnection, application_id: UUID) -> list[ClarificationLine]:
    """Every clarification of an application, the latest first."""
    rows = await connection.execute(_OF_APPLICATION, {"id": application_id})
    return [msgspec.convert(dict(row._mapping), ClarificationLine) for row in rows]


async def clarification_by_link(connection: AsyncConnection, token: str) -> ClarificationLine:
    """What the link with this token asks. Raises Refused: link_unknown (missing) for a token that never was, link_revoked."""
    row = await by_link(connection, _BY_LINK, token)
    return msgspec.convert(dict(row._mapping), ClarificationLine)


class Clarified(msgspec.Struct, frozen=True):
    """A question for evidence with the answer that was accepted: what assessors see."""

    question: str
    answer: str


async def clarified(connection: AsyncConnection, application_id: UUID) -> list[Clarified]:
    """The accepted answers about evidence of what is submitted now, the oldest first."""
    rows = await connection.execute(
        text(
            """
            SELECT question, answer FROM clarification JOIN application ON application.id = application_id
            WHERE application_id = :id AND kind = 'evidence' AND accepted AND answer <> '' AND asked_at >= received_at
            ORDER BY asked_at, clarification.id
            """
        ),
        {"id": application_id},
    )
    return [Clarified(**row._mapping) for row in rows]
