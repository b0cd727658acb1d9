"""Reads of consultations: what an officer sees of them, and what a consultee sees of an application."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.models.consultation import Consultation
from facility.admission.queries.asking import as_work
from facility.admission.rules.consultation import (
    ConsultationState,
    Consulted,
    ConsulteeKind,
    stands_against,
)
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.ending import HAS_ENDED
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.rules.exceptions import asked_for
from facility.applications.rules.status import Track
from facility.calls.rules.forms import THEMES, TITLE, By, FormDefinition
from facility.forms.checks import Answer
from facility.forms.sections import answered
from facility.forms.types import Field
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.periods import last_day
from facility.refused import refuse

PAGE = 25


class ConsulteeLine(msgspec.Struct, frozen=True):
    """Somebody who can be consulted. designation and theme_name: for whom and what; None for all."""

    id: UUID
    name: str
    kind: ConsulteeKind
    beneficiary_code: str | None
    designation: str | None
    theme: str | None
    theme_name: str | None
    email: str
    active: bool


_CONSULTEES = """
    SELECT consultee.id, consultee.name, kind, beneficiary_code, beneficiary.name AS designation, theme,
        theme.name AS theme_name, email, consultee.active
    FROM consultee LEFT JOIN beneficiary ON beneficiary.code = beneficiary_code LEFT JOIN theme ON theme.code = theme
"""


async def consultees(connection: AsyncConnection, *, active: bool = False) -> list[ConsulteeLine]:
    """All who can be consulted, by name; or only those who still are."""
    only = "WHERE consultee.active" if active else ""
    rows = await connection.execute(
        text(f'{_CONSULTEES} {only} ORDER BY consultee.sort_key COLLATE "C", consultee.id')
    )
    return [msgspec.convert(dict(row._mapping), ConsulteeLine) for row in rows]


async def consultee(connection: AsyncConnection, consultee_id: UUID) -> ConsulteeLine:
    """One of them. Raises Refused (missing)."""
    row = (
        await connection.execute(text(f"{_CONSULTEES} WHERE consultee.id = :id"), {"id": consultee_id})
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="consultee")
    return msgspec.convert(dict(row._mapping), ConsulteeLine)


class ConsultationLine(msgspec.Struct, frozen=True):
    """A consultation as staff see it. current: it was about what is submitted now; undelivered: the mail did not get through, and
    the period stands still."""

    id: UUID
    consultee_id: UUID
    consultee: str
    email: str
    kind: ConsulteeKind
    question: str
    asked_by: str | None
    asked_at: datetime
    days: int
    more_days: int
    extended_at: datetime | None
    ends_at: datetime
    state: ConsultationState
    ended_at: datetime | None
    reason: str
    responder: str
    late_outcome: ConsultationState | None
    late_reason: str
    late_responder: str
    late_at: datetime | None
    late_taken_at: datetime | None
    answer: str | None
    answer_by: str | None
    answer_at: datetime | None
    current: bool
    undelivered: bool

    @property
    def last_day(self) -> date:
        return last_day(self.ends_at)

    @property
    def waits_for_officer(self) -> bool:
        """Whether a late answer may still be let count."""
        return self.state is ConsultationState.TACIT and self.late_outcome is not None

    @property
    def unanswered(self) -> bool:
        """Whether it is an objection to which nothing is answered yet."""
        return self.state is ConsultationState.OBJECTION and self.answer is None

    @property
    def as_consulted(self) -> Consulted:
        return Consulted(self.state, self.answer is not None, self.current)


_UNDELIVERED = undelivered_sql(Consultation)
_LINES = text(
    f"""
    SELECT consultation.id, consultee_id, consultee.name AS consultee, consultee.email, kind, question, asker.name AS asked_by, asked_at, days, more_days,
        extended_at, ends_at, consultation.state, ended_at, reason, responder, late_outcome, late_reason, late_responder, late_at,
        late_taken_at, answer, answerer.name AS answer_by, answer_at,
        coalesce(consultation.fingerprint = application.fingerprint, false) AS current, {_UNDELIVERED} AS undelivered
    FROM consultation JOIN consultee ON consultee.id = consultee_id
    JOIN application ON application.id = application_id
    LEFT JOIN person AS asker ON asker.id = asked_by LEFT JOIN person AS answerer ON answerer.id = answer_by
    WHERE application_id = :id ORDER BY asked_at DESC, consultee.sort_key COLLATE "C", consultation.id
    """  # noqa: S608 - our own text
)


async def consultations(connection: AsyncConnection, application_id: UUID) -> list[ConsultationLine]:
    """Every consultation on an application, the latest first."""
    rows = await connection.execute(_LINES, {"id": application_id})
    return [msgspec.convert(dict(row._mapping), ConsultationLine) for row in rows]


def against(lines: Sequence[ConsultationLine]) -> tuple[str, ...]:
    """What in them stands against a decision, as codes."""
    return stands_against(line.as_consulted for line in lines)


class RunningLine(msgspec.Struct, frozen=True):
    """A consultation that runs, or that waits for an officer: an objection without an answer, or a late answer."""

    id: UUID
    application_id: UUID
    reference: str
    consultee: str
    state: ConsultationState
    ends_at: datetime
    late: bool
    undelivered: bool

    @property
    def last_day(self) -> date:
        return last_day(self.ends_at)


_TO_WATCH = """(consultation.state = 'open' OR (consultation.state = 'objection' AND answer IS NULL)
    OR (consultation.state = 'tacit' AND late_outcome IS NOT NULL))
    AND application.status IN ('submitted', 'admissible') AND call.decided_at IS NULL AND call.state <> 'cancelled'"""
CONSULTEE = "JOIN consultee ON consultee.id = consultee_id"
TO_CHECK = as_work(
    Consultation,
    "consultee.name",
    f"{_TO_WATCH} AND consultation.state <> 'open'",
    since="coalesce(late_at, consultation.ended_at)",
    join=CONSULTEE,
)
"""Those that wait for an officer, as work."""
_RUNNING = f"""
    SELECT consultation.id, application_id, application.reference, consultee.name AS consultee, consultation.state, ends_at,
        late_outcome IS NOT NULL AS late, {_UNDELIVERED} AS undelivered
    FROM consultation JOIN consultee ON consultee.id = consultee_id
    JOIN application ON application.id = application_id JOIN call ON call.id = call_id
    WHERE {_TO_WATCH} AND NOT {shut_out()} {{after}} ORDER BY ends_at, consultation.id LIMIT {PAGE + 1}
"""  # noqa: S608 - our own text


async def running(
    connection: AsyncConnection, viewer: UUID, after: tuple[datetime, UUID] | None = None
) -> tuple[list[RunningLine], tuple[datetime, UUID] | None]:
    """A page of those to watch, by the end of their periods; and where the next page begins. Without those on an application
    that is closed to the viewer."""
    at, key = after or (None, None)
    query = _RUNNING.format(after="AND (ends_at, consultation.id) > (:at, :id)" if after else "")
    begins = {"at": at, "id": key} if after else {}
    rows = await connection.execute(text(query), {**begins, "viewer": viewer})
    lines = [msgspec.convert(dict(row._mapping), RunningLine) for row in rows]
    more = (lines[PAGE - 1].ends_at, lines[PAGE - 1].id) if len(lines) > PAGE else None
    return lines[:PAGE], more


class PartySeen(msgspec.Struct, frozen=True):
    """A party as a consultee sees it: no people, no amount."""

    institution: str
    designation: str
    chip: str
    is_lead: bool


class ConsultationByLink(msgspec.Struct, frozen=True):
    """What a consultee's link shows: what is asked, and of the application what is needed to answer. Nothing of where it
    comes from in casework, no people, no documents, nothing that a party marked as its own."""

    consultation_id: UUID
    consultee: str
    question: str
    days: int
    more_days: int
    extended_at: datetime | None
    ends_at: datetime
    state: ConsultationState
    ended_at: datetime | None
    reason: str
    late_outcome: ConsultationState | None
    late_at: datetime | None
    late_taken_at: datetime | None
    application_id: UUID
    reference: str
    title: str
    track: Track
    call: str
    requested: Decimal
    themes: list[str]
    form: FormDefinition
    answers: dict[str, dict[str, Answer]]
    parties: list[PartySeen]
    ended: bool
    undelivered: bool

    @property
    def lead_answers(self) -> list[tuple[Field, Answer]]:
        """What the lead has answered, without what only parties, secretariat and assessors may read."""
        return [
            (field, answer)
            for section in asked_for(self.form, self.track).questions(By.LEAD)
            for field, answer in answered(section, self.answers.get(section.key, {}))
            if field.key not in (TITLE, THEMES) and not field.restricted
        ]

    @property
    def last_day(self) -> date:
        return last_day(self.ends_at)

    def outcome(self, now: datetime) -> str:
        """What the page says at this instant: "open" while it asks, "late" where the period has ended without an answer,
        "ended" where the application has, and nobody had answered."""
        if self.late_at is not None and self.state is ConsultationState.TACIT:
            return "late_answered"
        if self.ended and self.state not in (ConsultationState.NO_OBJECTION, ConsultationState.OBJECTION):
            return "ended"
        if self.state in (ConsultationState.OPEN, ConsultationState.TACIT):
            return "late" if now >= self.ends_at and not self.undelivered else "open"
        return self.state.value


_BY_LINK = text(
    f"""
    SELECT consultation.id AS consultation_id, consultee.name AS consultee, question, days, more_days, extended_at, ends_at,
        consultation.state, ended_at, reason, late_outcome, late_at, late_taken_at, application_id,
        application.reference, application.title, track, call.reference || ', ' || call.title AS call, requested,
        call.form,
        (SELECT coalesce(jsonb_object_agg(section, answers), '{{}}') FROM section_answers
         JOIN party ON party.id = party_id AND is_lead
         WHERE section_answers.application_id = application.id) AS answers,
        (SELECT coalesce(jsonb_agg(name ORDER BY code), '[]') FROM theme WHERE application.themes ? code) AS themes,
        (SELECT jsonb_agg(jsonb_build_object('institution', institution.name, 'designation', beneficiary.name,
            'chip', code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END, 'is_lead', is_lead) ORDER BY position)
         FROM party JOIN institution ON institution.id = party.institution_id
         JOIN beneficiary ON code = party.beneficiary_code
         WHERE application_id = application.id AND {ON_BOARD_SQL}) AS parties,
        {HAS_ENDED} AS ended, {_UNDELIVERED} AS undelivered, link.revoked_at
    FROM link JOIN consultation ON consultation.id = link.subject_id JOIN consultee ON consultee.id = consultee_id
    JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id
    WHERE link.purpose = 'consultation' AND link.token_hash = :hash
    """  # noqa: S608 - our own text
)


async def consultation_by_link(connection: AsyncConnection, token: str) -> ConsultationByLink:
    """What the link with this token shows. Raises Refused: link_unknown (missing) for a token that never was, link_revoked."""
    row = await by_link(connection, _BY_LINK, token)
    return msgspec.convert(dict(row._mapping), ConsultationByLink, strict=False)
