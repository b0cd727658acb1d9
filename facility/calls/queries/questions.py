"""Reads of questions and answers: what everybody sees, and what the secretariat works on."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.queries.lists import PAGE
from facility.refused import refuse

type Which = Literal["waiting", "answered", "set_aside"]


class AnswerShown(msgspec.Struct, frozen=True):
    """A question and its answer as they were published, in one version."""

    version: int
    question: str
    answer: str
    published_at: datetime


class QuestionShown(msgspec.Struct, frozen=True):
    """An answered question, its versions, the one in force first."""

    id: UUID
    number: int
    answers: list[AnswerShown]


_PUBLISHED = text(
    """
    SELECT question.id, question.number,
        json_agg(json_build_object('version', answer.version, 'question', answer.question, 'answer', answer.answer,
            'published_at', answer.published_at) ORDER BY answer.version DESC)::text AS answers
    FROM question JOIN answer ON answer.question_id = question.id JOIN call ON call.id = question.call_id
    WHERE call.reference = :reference GROUP BY question.id, question.number ORDER BY question.number
    """
)
_answers = msgspec.json.Decoder(list[AnswerShown])


async def published_answers(connection: AsyncConnection, reference: str) -> list[QuestionShown]:
    """What was asked and answered on a call, without who asked: one statement."""
    rows = await connection.execute(_PUBLISHED, {"reference": reference})
    return [QuestionShown(row.id, row.number, _answers.decode(row.answers)) for row in rows]


class OwnQuestion(msgspec.Struct, frozen=True):
    """A question that its asker has no answer to: it waits, or was set aside for this reason."""

    text: str
    asked_at: datetime
    set_aside_reason: str | None


async def own_questions(connection: AsyncConnection, reference: str, person_id: UUID) -> list[OwnQuestion]:
    """What this person has asked on a call and is not answered, the latest first."""
    rows = await connection.execute(
        text(
            """
            SELECT question.text, asked_at, set_aside_reason FROM question JOIN call ON call.id = call_id
            WHERE call.reference = :reference AND asked_by = :person AND version = 0 ORDER BY asked_at DESC, question.id
            """
        ),
        {"reference": reference, "person": person_id},
    )
    return [OwnQuestion(**row._mapping) for row in rows]


class QuestionLine(msgspec.Struct, frozen=True):
    id: UUID
    number: int
    text: str
    asked_at: datetime
    call_id: UUID
    call: str
    institution: str | None
    answers_until: datetime | None


_WHICH = {
    "waiting": "question.version = 0 AND set_aside_at IS NULL",
    "answered": "question.version > 0",
    "set_aside": "set_aside_at IS NOT NULL",
}


def _list(which: str) -> Any:
    return text(
        f"""
        SELECT question.id, question.number, question.text, question.asked_at, call.id AS call_id,
            call.reference AS call, institution.name AS institution, call.answers_until
        FROM question JOIN call ON call.id = question.call_id
        LEFT JOIN institution ON institution.id = question.institution_id
        WHERE {_WHICH[which]} AND (:call IS NULL OR question.call_id = :call)
          AND (:after IS NULL OR (question.asked_at, question.id) > (SELECT asked_at, id FROM question WHERE id = :after))
        ORDER BY question.asked_at, question.id LIMIT {PAGE + 1}
        """  # noqa: S608
    ).bindparams(bindparam("call", type_=Uuid()), bindparam("after", type_=Uuid()))


_LISTS = {which: _list(which) for which in _WHICH}


async def questions(
    connection: AsyncConnection, which: Which, *, call: UUID | None = None, after: UUID | None = None
) -> tuple[list[QuestionLine], UUID | None]:
    """A page of the questions that wait, were answered or set aside, the oldest first, and after which one the next
    page begins."""
    rows = (await connection.execute(_LISTS[which], {"call": call, "after": after})).all()
    lines = [QuestionLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None


class QuestionStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A question with who asked it, and the answer under way; for the secretariat."""

    id: UUID
    number: int
    text: str
    asked_at: datetime
    asker: str
    institution: str | None
    public_text: str
    answer_text: str
    drafted_at: datetime | None
    drafted_by_name: str | None
    version: int
    set_aside_at: datetime | None
    set_aside_reason: str | None
    call_id: UUID
    call: str
    call_title: str
    state: str
    closes_at: datetime
    answers_until: datetime | None
    archived_at: datetime | None
    answers: list[AnswerShown]


_ONE = text(
    """
    SELECT question.id, question.number, question.text, question.asked_at,
        coalesce(asker.name, question.contact_name) AS asker, institution.name AS institution, question.public_text,
        question.answer_text, question.drafted_at, drafter.name AS drafted_by_name, question.version,
        question.set_aside_at, question.set_aside_reason, call.id AS call_id, call.reference AS call,
        call.title AS call_title, call.state, call.closes_at, call.answers_until, call.archived_at,
        coalesce((SELECT json_agg(json_build_object('version', answer.version, 'question', answer.question,
            'answer', answer.answer, 'published_at', answer.published_at) ORDER BY answer.version DESC)
            FROM answer WHERE answer.question_id = question.id), '[]')::text AS answers
    FROM question JOIN call ON call.id = question.call_id
    LEFT JOIN person AS asker ON asker.id = question.asked_by
    LEFT JOIN person AS drafter ON drafter.id = question.drafted_by
    LEFT JOIN institution ON institution.id = question.institution_id
    WHERE question.id = :question_id
    """
).bindparams(bindparam("question_id", type_=Uuid()))


async def question(connection: AsyncConnection, question_id: UUID) -> QuestionStaff:
    """A question: one statement. Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"question_id": question_id})).first()
    if row is None:
        refuse("not_found", kind="missing")
    return QuestionStaff(**dict(row._mapping) | {"answers": _answers.decode(row.answers)})
