"""Questions on a call and their published answers."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.accounts.models import Person
from facility.calls.events import AnswerPublished, QuestionAsked, QuestionSetAside
from facility.calls.models.call import Call
from facility.calls.models.question import Answer, Question
from facility.calls.rules.questions import MAX_QUESTION, may_answer, may_ask
from facility.calls.service.people import acting, refuse_batch, refuse_if_changed
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import Reason, refuse, refuse_if


class Contact(msgspec.Struct, frozen=True):
    """Who asks by a partner's link: without an account, and known by name and address."""

    institution_id: UUID
    name: str
    email: str


async def ask_question(tx: Tx, call_id: UUID, text: str, *, contact: Contact | None = None) -> Question:
    """Ask about a call, as the officer who is signed in, or as a partner's contact. What the same person has asked in the same
    words, and is not answered, is not asked twice.

    Raises Refused: rules.questions.may_ask; "question_missing", "question_too_long" (invalid).
    """
    call = await tx.lock(Call, call_id)
    refuse_batch(call)
    may_ask(call.state, call.questions_until, tx.now)
    if not text.strip():
        refuse("question_missing", kind="invalid", field="question")
    if len(text) > MAX_QUESTION:
        refuse("question_too_long", kind="invalid", field="question", most=str(MAX_QUESTION))
    asked_by = None if contact else acting(tx)
    question_values = {
        "call_id": call_id,
        "text": text.strip(),
        "asked_by": asked_by,
        "contact_email": contact and contact.email,
    }
    query = select(Question).filter_by(**question_values, version=0, set_aside_at=None)
    if open_question := (await tx.session.scalars(query.limit(1))).first():
        return open_question
    last = select(func.coalesce(func.max(Question.number), 0)).where(Question.call_id == call_id)
    question = Question(
        **question_values,
        id=new_id(),
        number=(await tx.session.execute(last)).scalar_one() + 1,
        institution_id=contact.institution_id if contact else await _institution(tx, asked_by),
        contact_name=contact and contact.name,
        asked_at=tx.now,
        public_text=text.strip(),
        answer_text="",
        version=0,
    )
    tx.add(question)
    await tx.flush()
    await record(tx, QuestionAsked(question_id=question.id, call_id=call_id, number=question.number))
    return question


async def _institution(tx: Tx, person_id: UUID | None) -> UUID | None:
    query = select(Person.institution_id).where(Person.id == person_id)
    return (await tx.session.execute(query)).scalar_one_or_none()


async def save_answer(
    tx: Tx, question_id: UUID, *, public_text: str, answer_text: str, seen: datetime | None = None
) -> Question:
    """Keep a draft of what will be published; nothing is public yet, and there is no event.

    `seen`: when the draft had been saved that was rewritten. Raises Refused: rules.questions.may_answer,
    "set_aside", "changed_meanwhile".
    """
    question = await _to_answer(tx, question_id, seen)
    _keep(tx, question, public_text, answer_text)
    await tx.flush()
    return question


async def publish_answer(
    tx: Tx, question_id: UUID, *, public_text: str, answer_text: str, seen: datetime | None = None
) -> Question:
    """Publish the question in these words and its answer, to all and without the asker's name. Once more: a new version.

    Raises Refused as save_answer, and (invalid) "question_missing", "answer_text_missing", "answer_unchanged".
    """
    actor = acting(tx)
    question = await _to_answer(tx, question_id, seen)
    wrong = [
        Reason(code, field)
        for code, field, text in (
            ("question_missing", "public_text", public_text),
            ("answer_text_missing", "answer_text", answer_text),
        )
        if not text.strip()
    ]
    refuse_if(wrong)
    _keep(tx, question, public_text, answer_text)
    last = await tx.session.get(Answer, (question_id, question.version))
    if last and (last.question, last.answer) == (question.public_text, question.answer_text):
        refuse("answer_unchanged", kind="invalid", field="answer_text")
    question.version += 1
    tx.add(
        Answer(
            question_id=question_id,
            version=question.version,
            question=question.public_text,
            answer=question.answer_text,
            published_by=actor,
            published_at=tx.now,
        )
    )
    await tx.flush()
    await record(
        tx, AnswerPublished(question_id=question_id, call_id=question.call_id, version=question.version)
    )
    return question


async def set_aside_question(tx: Tx, question_id: UUID, reason: str) -> Question:
    """Leave a question unanswered, for a reason that its asker is told.

    Raises Refused: "already_answered", "set_aside", "reason_missing" (invalid).
    """
    actor = acting(tx)
    question = await tx.lock(Question, question_id)
    if question.version:
        refuse("already_answered")
    if question.set_aside_at is not None:
        refuse("set_aside")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    question.set_aside_by, question.set_aside_at, question.set_aside_reason = actor, tx.now, reason.strip()
    await record(tx, QuestionSetAside(question_id=question_id, call_id=question.call_id))
    return question


async def _to_answer(tx: Tx, question_id: UUID, seen: datetime | None) -> Question:
    call = await tx.lock(Call, (await tx.get(Question, question_id)).call_id)
    question = await tx.lock(Question, question_id)
    may_answer(call.state, call.closes_at, tx.now, archived=call.archived_at is not None)
    if question.set_aside_at is not None:
        refuse("set_aside")
    refuse_if_changed(question, seen)
    return question


def _keep(tx: Tx, question: Question, public_text: str, answer_text: str) -> None:
    question.public_text, question.answer_text = public_text.strip(), answer_text.strip()
    question.drafted_by, question.drafted_at = acting(tx), tx.now
