"""Questions on a call: asked and answered by a date, for everybody and without a name."""

from datetime import timedelta
from typing import TypedDict
from uuid import UUID

import pytest
from sqlalchemy import select, text

from facility.applications.service.answers import start_application
from facility.calls.models.question import Answer, Question
from facility.calls.queries.questions import own_questions, published_answers
from facility.calls.service.archive import archive_call
from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.questions import (
    Contact,
    ask_question,
    publish_answer,
    save_answer,
    set_aside_question,
)
from facility.db import Database
from tests.calls.reading import CALL, MID, changed, events, mails, reconciled, refused
from tests.calls.test_cancellation import cancel
from tests.judging import CLOSES, Judging

UNTIL, ANSWERED_BY = MID + timedelta(days=5), MID + timedelta(days=10)


class Texts(TypedDict):
    """What is published."""

    public_text: str
    answer_text: str


TEXTS: Texts = {"public_text": "May a ministry lead?", "answer_text": "Yes, where it has a mandate."}


@pytest.fixture
async def asking(play: Judging) -> Judging:
    """The call takes questions until UNTIL."""
    key, draft = play.calls[CALL], await changed(play, questions_until=UNTIL, answers_until=ANSWERED_BY)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Questions are taken."), MID)
    await play.act("vera", lambda tx: publish_corrigendum(tx, key), MID)
    return play


async def ask(play: Judging, words: str = "May the Ministry of Omar lead?", by: str = "omar") -> UUID:
    return (await play.act(by, lambda tx: ask_question(tx, play.calls[CALL], words), MID)).id


async def test_an_officer_asks_and_everybody_reads_the_answer_without_the_name(
    asking: Judging, db: Database
) -> None:
    await asking.act(
        "milena",
        lambda tx: start_application(
            tx,
            call_id=asking.calls[CALL],
            lead_institution_id=asking.institutions["ME"],
            title="A draft",
            track="joint",
        ),
        MID,
    )
    key = await ask(asking)
    await asking.act("ada", lambda tx: save_answer(tx, key, public_text="", answer_text="Half a"), MID)
    async with db.reader() as connection:
        assert await published_answers(connection, CALL) == []
    await asking.act("vera", lambda tx: publish_answer(tx, key, **TEXTS), MID)
    async with db.reader() as connection:
        (question,) = await published_answers(connection, CALL)
    assert (question.number, question.answers[0].question, question.answers[0].answer) == (1, *TEXTS.values())
    assert await events(db, key) == ["QuestionAsked", "AnswerPublished"]
    assert await mails(db, "calls/answered", "applications/call_answered") == [
        ("applications/call_answered", "milena@example.org"),
        ("calls/answered", "omar@example.org"),
    ]
    assert await reconciled(db) == []


async def test_a_later_answer_is_a_new_version_and_the_earlier_one_stays(
    asking: Judging, db: Database
) -> None:
    key = await ask(asking)
    await asking.act("ada", lambda tx: publish_answer(tx, key, **TEXTS), MID)
    assert await refused(asking, "ada", lambda tx: publish_answer(tx, key, **TEXTS)) == [
        ("answer_unchanged", "answer_text")
    ]
    better: Texts = {**TEXTS, "answer_text": "No."}
    await asking.act("ada", lambda tx: publish_answer(tx, key, **better), MID)
    async with db.reader() as connection:
        answers = (await connection.execute(select(Answer.answer).order_by(Answer.version))).scalars().all()
    assert answers == [TEXTS["answer_text"], "No."]
    assert (await asking.row(Question, key)).version == 2
    assert await reconciled(db) == []


async def test_a_partners_contact_asks_by_name_and_address(asking: Judging, db: Database) -> None:
    contact = Contact(asking.institutions["XK"], "Petra Partner", "petra@example.org")
    key = (
        await asking.act(
            None, lambda tx: ask_question(tx, asking.calls[CALL], "May we?", contact=contact), MID
        )
    ).id
    await asking.act("ada", lambda tx: publish_answer(tx, key, **TEXTS), MID)
    assert await mails(db, "calls/answered") == [("calls/answered", "petra@example.org")]


async def test_one_that_is_not_answered_is_set_aside_with_a_reason(asking: Judging, db: Database) -> None:
    key = await ask(asking)
    assert await refused(asking, "ada", lambda tx: set_aside_question(tx, key, " ")) == [
        ("reason_missing", "reason")
    ]
    await asking.act("ada", lambda tx: set_aside_question(tx, key, "It is about another call."), MID)
    assert await mails(db, "calls/set_aside") == [("calls/set_aside", "omar@example.org")]
    assert await refused(asking, "ada", lambda tx: publish_answer(tx, key, **TEXTS)) == [("set_aside", None)]
    assert await refused(asking, "ada", lambda tx: set_aside_question(tx, key, "Again.")) == [
        ("set_aside", None)
    ]
    assert await reconciled(db) == []


async def test_an_own_question_stands_on_the_page_until_it_is_answered(asking: Judging, db: Database) -> None:
    async def own(person: str) -> list[tuple[str, str | None]]:
        async with db.reader() as connection:
            questions = await own_questions(connection, CALL, asking.people[person])
        return [(question.text, question.set_aside_reason) for question in questions]

    answered, refused_one = await ask(asking, "May we?"), await ask(asking, "Must we?")
    assert sorted(await own("omar")) == [("May we?", None), ("Must we?", None)]
    assert await own("ada") == []
    await asking.act("ada", lambda tx: publish_answer(tx, answered, **TEXTS), MID)
    await asking.act("ada", lambda tx: set_aside_question(tx, refused_one, "It is about another call."), MID)
    assert await own("omar") == [("Must we?", "It is about another call.")]


async def test_what_was_answered_is_not_set_aside(asking: Judging) -> None:
    key = await ask(asking)
    await asking.act("ada", lambda tx: publish_answer(tx, key, **TEXTS), MID)
    assert await refused(asking, "ada", lambda tx: set_aside_question(tx, key, "Why.")) == [
        ("already_answered", None)
    ]


async def test_asking_ends_at_its_date_and_answering_at_the_deadline(asking: Judging) -> None:
    call_id = asking.calls[CALL]
    await asking.act("omar", lambda tx: ask_question(tx, call_id, "At the last instant?"), UNTIL)
    late = UNTIL + timedelta(microseconds=1)
    assert await refused(asking, "omar", lambda tx: ask_question(tx, call_id, "Late?"), late) == [
        ("too_late_to_ask", None)
    ]
    key = await ask(asking)
    await asking.act("ada", lambda tx: publish_answer(tx, key, **TEXTS), CLOSES)
    other = await ask(asking)
    assert await refused(
        asking,
        "ada",
        lambda tx: publish_answer(tx, other, **TEXTS),
        CLOSES + timedelta(microseconds=1),
    ) == [("too_late_to_answer", None)]


async def test_a_call_without_dates_takes_no_questions(play: Judging) -> None:
    assert await refused(play, "omar", lambda tx: ask_question(tx, play.calls[CALL], "May we?")) == [
        ("no_questions", None)
    ]


async def test_every_wrong_text_is_named(asking: Judging) -> None:
    key = await ask(asking)
    assert await refused(
        asking, "ada", lambda tx: publish_answer(tx, key, public_text=" ", answer_text="")
    ) == [("question_missing", "public_text"), ("answer_text_missing", "answer_text")]
    call_id = asking.calls[CALL]
    assert await refused(asking, "omar", lambda tx: ask_question(tx, call_id, " ")) == [
        ("question_missing", "question")
    ]
    assert await refused(asking, "omar", lambda tx: ask_question(tx, call_id, "x" * 2001)) == [
        ("question_too_long", "question")
    ]


async def test_the_last_look_counts(asking: Judging) -> None:
    key = await ask(asking)
    await asking.act("ada", lambda tx: save_answer(tx, key, **TEXTS), MID)
    later = MID + timedelta(minutes=1)
    await asking.act("vera", lambda tx: save_answer(tx, key, **TEXTS), later)
    assert await refused(asking, "ada", lambda tx: publish_answer(tx, key, **TEXTS, seen=MID), later) == [
        ("changed_meanwhile", None)
    ]


async def test_a_cancelled_or_archived_call_is_past_asking_and_answering(asking: Judging) -> None:
    key = await ask(asking)
    await cancel(asking)
    call_id = asking.calls[CALL]
    assert await refused(asking, "omar", lambda tx: ask_question(tx, call_id, "Why?")) == [
        ("call_cancelled", None)
    ]
    assert await refused(asking, "ada", lambda tx: publish_answer(tx, key, **TEXTS)) == [
        ("call_cancelled", None)
    ]
    await asking.act("ada", lambda tx: archive_call(tx, call_id), MID)


async def test_checks_name_answers_that_are_missing(asking: Judging, db: Database) -> None:
    key = await ask(asking)
    await asking.act("ada", lambda tx: publish_answer(tx, key, **TEXTS), MID)
    async with db.transaction(now=MID) as tx:
        await tx.session.execute(text("DELETE FROM answer"))
    assert await reconciled(db) == [f"question {key}: its answers are not as it counts them"]
