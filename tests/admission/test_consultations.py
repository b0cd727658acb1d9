"""Consultations: asked, answered, prolonged once, ended by silence, and what they mean for an exception."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from facility.admission.models.consultation import Consultation
from facility.admission.service.consultations import (
    CONSULTATION,
    answer_consultation,
    answer_objection,
    ask_for_more_days,
    end_consultations_due,
    remind_consultees,
    start_consultations,
    take_late_answer,
)
from facility.admission.service.exceptions import decide_exception
from facility.applications.models.application import Application
from facility.applications.service.withdrawal import withdraw
from facility.db import Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.inquiries.kinds import GRACE
from facility.inquiries.service import cancel
from facility.refused import Refused
from tests.admission.review import OPENED, alone, consult, mails, offices, opened
from tests.applications.conftest import NOW, Stage

ENDS = datetime(2021, 8, 6, 22, tzinfo=UTC)  # the end of Friday 6 August in Brussels


async def row_of(db: Database, key: UUID) -> Consultation:
    async with db.transaction(now=NOW) as tx:
        return await tx.get(Consultation, key)


async def recorded_events(db: Database, application_id: UUID) -> list[tuple[str, datetime, datetime]]:
    """Kinds of the consultations' events, oldest first, with when each was due and recorded."""
    async with db.reader() as connection:
        lines = reversed(await history(connection, application_id))
    kinds = ("Consult", "Late", "Objection")
    return [
        (type(line.event).__name__, line.due_at, line.recorded_at)
        for line in lines
        if type(line.event).__name__.startswith(kinds)
    ]


async def refusal(db: Database, act: object, at: datetime, actor: UUID | None = None) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=at, actor=actor) as tx:
            await act(tx)  # type: ignore[operator]
    return refused.value.codes


async def test_consultees_are_asked_once_the_application_is_open(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    chosen = await offices(db)
    assert await refusal(db, lambda tx: start_consultations(tx, confirmed, chosen), NOW) == ("not_opened",)
    await opened(db, stage, confirmed)
    for days, more in ((0, 0), (41, 0), (5, 41)):
        with pytest.raises(Refused) as refused:
            async with db.transaction(now=OPENED) as tx:
                await start_consultations(tx, confirmed, chosen, days=days, more_days=more)
        assert refused.value.codes == ("period_wrong",)
    assert await refusal(db, lambda tx: start_consultations(tx, confirmed, []), OPENED) == (
        "consultee_missing",
    )
    first, _second = await consult(db, stage, confirmed, chosen)
    made = await row_of(db, first)
    assert (made.state, made.ends_at, made.remind_at) == ("open", ENDS, datetime(2021, 8, 5, 6, tzinfo=UTC))
    assert [mail for mail in await mails(db) if mail[0] == "consulted"] == [
        ("consulted", "office1@example.org"),
        ("consulted", "office2@example.org"),
    ]
    again = await refusal(db, lambda tx: start_consultations(tx, confirmed, chosen[:1]), OPENED)
    assert again == ("consulted_already",)


async def test_an_answer_in_time_is_given_once(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    first, second = await consult(db, stage, confirmed, await offices(db))
    last = ENDS - timedelta(microseconds=1)
    codes = await refusal(
        db, lambda tx: answer_consultation(tx, first, objects=True, reason=" ", name=""), last
    )
    assert codes == ("reason_missing", "name_missing")
    async with db.transaction(now=last) as tx:
        await answer_consultation(tx, first, objects=True, reason="R3 does this.", name="Eva, Tirana")
        await answer_consultation(tx, second, objects=False, name="Jan, Brussels")
    await deliver_all(db, lambda: last)
    assert [(row.state, row.ended_at) for row in [await row_of(db, first), await row_of(db, second)]] == [
        ("objection", last),
        ("no_objection", last),
    ]
    codes = await refusal(db, lambda tx: answer_consultation(tx, first, objects=False, name="Eva"), last)
    assert codes == ("consultation_over",)
    # Sara hears of the objection, and that nobody is waited for any more.
    assert [mail for mail in await mails(db) if mail[0] == "consultation_news"] == [
        ("consultation_news", "sara@example.org")
    ] * 2
    assert await end_consultations_due(db, ENDS + timedelta(days=1)) == 0


async def test_silence_is_consent_from_the_instant_when_it_was_due(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    (key,) = await consult(db, stage, confirmed, await offices(db, 1))
    assert await end_consultations_due(db, ENDS) == 0  # an answer may still be under way
    assert await end_consultations_due(db, ENDS + GRACE) == 1
    assert await end_consultations_due(db, ENDS + GRACE) == 0
    assert (await row_of(db, key)).state == "tacit"
    assert (await recorded_events(db, confirmed))[-1] == ("ConsultationEndedTacitly", ENDS, ENDS + GRACE)


async def test_after_an_outage_nobody_is_reminded_of_what_is_over(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    short, long = await offices(db)
    await consult(db, stage, confirmed, [short], days=1)
    await consult(db, stage, confirmed, [long], days=10)
    later = datetime(2021, 8, 12, 9, tzinfo=UTC)  # the working day before the long one's last
    assert await remind_consultees(db, later) == 1
    assert await end_consultations_due(db, later) == 1
    assert await remind_consultees(db, later) == 0
    await deliver_all(db, lambda: later)
    assert [mail for mail in await mails(db) if mail[0] == "consulted_again"] == [
        ("consulted_again", "office2@example.org")
    ]
    due = [line for line in await recorded_events(db, confirmed) if line[0] == "ConsultationEndedTacitly"]
    assert due == [("ConsultationEndedTacitly", datetime(2021, 8, 2, 22, tzinfo=UTC), later)]


async def test_more_days_can_be_taken_once_and_in_time(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    first, second = await consult(db, stage, confirmed, await offices(db))
    async with db.transaction(now=OPENED) as tx:
        made = await ask_for_more_days(tx, first)
        assert made.ends_at == datetime(2021, 8, 13, 22, tzinfo=UTC)
        assert made.remind_at == datetime(2021, 8, 12, 6, tzinfo=UTC)
    assert await refusal(db, lambda tx: ask_for_more_days(tx, first), OPENED) == ("extended_already",)
    assert await refusal(db, lambda tx: ask_for_more_days(tx, second), ENDS) == ("consultation_over",)
    assert await end_consultations_due(db, ENDS + GRACE) == 1
    assert (await row_of(db, first)).state == "open"


async def test_a_late_answer_counts_only_once_the_officer_lets_it(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    (key,) = await consult(db, stage, confirmed, await offices(db, 1))
    async with db.transaction(now=ENDS) as tx:
        await answer_consultation(tx, key, objects=True, reason="It duplicates R3.", name="Eva")
    late = await row_of(db, key)
    assert (late.state, late.reason, late.late_reason) == ("tacit", "", "It duplicates R3.")
    assert [line[:2] for line in await recorded_events(db, confirmed)][1:] == [
        ("ConsultationEndedTacitly", ENDS),
        ("ConsultationAnswered", ENDS),
    ]
    codes = await refusal(db, lambda tx: answer_consultation(tx, key, objects=False, name="Eva"), ENDS)
    assert codes == ("answered_late_already",)
    async with db.transaction(now=ENDS, actor=stage.sara) as tx:
        await take_late_answer(tx, confirmed, key)
    taken = await row_of(db, key)
    assert (taken.state, taken.reason, taken.late_taken_by) == ("objection", "It duplicates R3.", stage.sara)
    codes = await refusal(db, lambda tx: take_late_answer(tx, confirmed, key), ENDS)
    assert codes == ("no_late_answer",)


async def test_a_withdrawal_calls_consultations_off(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    first, second = await consult(db, stage, confirmed, await offices(db))
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        await cancel(tx, CONSULTATION, confirmed, first)
    assert await refusal(db, lambda tx: cancel(tx, CONSULTATION, stage.call, second), OPENED) == (
        "not_found",
    )
    async with db.transaction(now=OPENED, actor=stage.omar) as tx:
        await withdraw(tx, confirmed)
    await deliver_all(db, lambda: OPENED)
    assert [(await row_of(db, key)).state for key in (first, second)] == ["cancelled", "cancelled"]
    assert [to for template, to in await mails(db) if template == "consultation_cancelled"] == [
        "office1@example.org",
        "office2@example.org",
    ]


async def test_an_exception_waits_for_a_consultation_of_the_secretariat(db: Database, stage: Stage) -> None:
    application_id = await alone(db, stage)

    async def decide(answers: dict[UUID, str] | None = None) -> None:
        async with db.transaction(now=ENDS + GRACE, actor=stage.anna) as tx:
            await decide_exception(tx, application_id, approved=True, reason="Urgent", answers=answers)

    with pytest.raises(Refused) as refused:
        await decide()
    assert refused.value.codes == ("consultation_not_held",)
    first, second = await consult(db, stage, application_id, await offices(db))
    with pytest.raises(Refused) as refused:
        await decide()
    assert refused.value.codes == ("consultation_not_held", "consultation_running")
    async with db.transaction(now=OPENED) as tx:
        await answer_consultation(tx, first, objects=True, reason="R3 does this.", name="Eva")
    await end_consultations_due(db, ENDS + GRACE)
    with pytest.raises(Refused) as refused:
        await decide()
    assert refused.value.codes == ("objection_unanswered",)
    codes = await refusal(
        db,
        lambda tx: decide_exception(
            tx, application_id, approved=True, reason="Urgent", answers={first: "No."}
        ),
        ENDS + GRACE,
        stage.sara,
    )
    assert codes == ("same_person",)  # she held the consultation
    await decide({first: "R3 ends in June."})
    weighed = await row_of(db, first)
    assert (weighed.answer, weighed.answer_by) == ("R3 ends in June.", stage.anna)
    assert (await row_of(db, second)).state == "tacit"
    codes = await refusal(
        db, lambda tx: answer_objection(tx, application_id, first, answer="Else"), ENDS + GRACE
    )
    assert codes == ("call_decided",)
    assert not any((await reconcile(db)).values())
    async with db.reader() as connection:
        status = await connection.scalar(
            text("SELECT status FROM application WHERE id = :id"), {"id": application_id}
        )
    assert status == "exception_approved"


async def test_reconcile_sees_a_consent_that_nobody_recorded(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    (key,) = await consult(db, stage, confirmed, await offices(db, 1))
    async with db.transaction(now=NOW) as tx:
        consultation = await tx.lock(Consultation, key)
        consultation.state, consultation.ended_at = "tacit", ENDS
    wrong = (await reconcile(db))["admission: consultations"]
    assert wrong == [f"application TAF-2021-01/001: consultation {key} is tacit, the log says open"]


async def test_consent_to_an_earlier_version_does_not_count(db: Database, stage: Stage) -> None:
    application_id = await alone(db, stage)
    (key,) = await consult(db, stage, application_id, await offices(db, 1))
    async with db.transaction(now=OPENED) as tx:
        await answer_consultation(tx, key, objects=False, name="Eva")
        # As though it had been withdrawn, changed and handed in again.
        (await tx.lock(Application, application_id)).fingerprint = "0" * 64
    codes = await refusal(
        db,
        lambda tx: decide_exception(tx, application_id, approved=True, reason="Urgent"),
        OPENED,
        stage.anna,
    )
    assert codes == ("consultation_not_held",)
