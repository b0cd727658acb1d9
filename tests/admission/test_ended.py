"""Where an application ends, nothing is open about it any more; and no answer rewrites what comes after."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import text

from facility.admission.models.clarification import Clarification
from facility.admission.rules.clarification import ClarificationKind, ClericalField
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.clarifications import (
    answer_clarification,
    ask_for_clarification,
    lapse_clarifications_due,
    remind_of_clarifications,
    settle_clarification,
)
from facility.admission.service.consultations import (
    answer_consultation,
    ask_for_more_days,
    end_consultations_due,
    remind_consultees,
    take_late_answer,
)
from facility.admission.service.exceptions import decide_exception
from facility.applications.models.application import Party
from facility.applications.models.confirmation import ChangeRequest
from facility.applications.models.ending import HAS_ENDED
from facility.applications.rules.ending import has_ended
from facility.applications.rules.status import ApplicationStatus, Track
from facility.applications.service.answers import start_application
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.documents import record_consultation
from facility.applications.service.ending import OPENABLE, end_with_the_call
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.calls.rules.standing import CallState
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation
from facility.calls.service.closing import close_call
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.inquiries.kinds import GRACE
from facility.refused import Refused
from facility.story.drafts import Part, bring_in
from tests.admission.review import OPENED, alone, consult, link_to, mails, offices, opened
from tests.applications.conftest import CLOSES, NOW, Stage, party_id
from tests.browser import Browsers, states

ENDS = datetime(2021, 8, 6, 22, tzinfo=UTC)  # the end of the period in Brussels
LATER = OPENED + timedelta(days=1)


async def act[T](
    db: Database, actor: UUID | None, command: Callable[[Tx], Awaitable[T]], at: datetime = OPENED
) -> T:
    """One command and all it sets off."""
    async with db.transaction(now=at, actor=actor) as tx:
        result = await command(tx)
    await deliver_all(db, lambda: at)
    return result


async def codes(
    db: Database, command: Callable[[Tx], Awaitable[Any]], at: datetime = LATER
) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await act(db, None, command, at)
    return refused.value.codes


async def ask_lead(
    db: Database, stage: Stage, key: UUID, at: datetime = OPENED, question: str = "Which?"
) -> UUID:
    """Sara asks for the right mail address of the lead."""
    made = await act(
        db,
        stage.sara,
        lambda tx: ask_for_clarification(
            tx, key, kind=ClarificationKind.CLERICAL, field=ClericalField.CONTACT_EMAIL, question=question
        ),
        at,
    )
    return made.id


async def inquiry_states(db: Database) -> list[str]:
    """Of all clarifications and consultations."""
    query = "SELECT state FROM clarification UNION ALL SELECT state FROM consultation"
    async with db.reader() as connection:
        return list((await connection.execute(text(query))).scalars())


async def held(db: Database) -> dict[str, int]:
    """How many applications have something open, by what it is."""
    async with db.reader() as connection:
        return {
            name: len(rows)
            for name, kind in OPENABLE.items()
            if (rows := (await connection.execute(text(kind.held))).all())
        }


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def test_a_withdrawal_ends_what_is_open_at_once(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    question = await ask_lead(db, stage, confirmed)
    first, late = await consult(db, stage, confirmed, await offices(db))
    async with db.transaction(now=LATER, actor=stage.omar) as tx:
        await withdraw(tx, confirmed)
    # Nothing has been delivered yet: it ended in the same transaction.
    assert await held(db) == {}
    assert await inquiry_states(db) == ["cancelled"] * 3
    assert await codes(
        db, lambda tx: answer_clarification(tx, question, value="new@example.org", name="Omar")
    ) == ("application_ended",)
    assert await codes(db, lambda tx: answer_consultation(tx, first, objects=False, name="Eva")) == (
        "application_ended",
    )
    assert await codes(db, lambda tx: ask_for_more_days(tx, late)) == ("application_ended",)
    after = ENDS + GRACE
    assert await remind_of_clarifications(db, after - timedelta(days=1)) == 0
    assert await remind_consultees(db, after - timedelta(days=1)) == 0
    assert await lapse_clarifications_due(db, after) == await end_consultations_due(db, after) == 0
    await deliver_all(db, lambda: LATER)
    assert [mail for mail in await mails(db) if mail[0] == "consultation_cancelled"] == [
        ("consultation_cancelled", "office1@example.org"),
        ("consultation_cancelled", "office2@example.org"),
        ("consultation_cancelled", "omar@example.org"),
    ]
    nobody = await browse()
    for path, form, typed in (
        (
            await link_to(db, question),
            {"value": "new@example.org", "text": "We have moved.", "name": "Omar"},
            "We have moved.",
        ),
        (
            await link_to(db, first),
            {"answer": "objection", "reason": "We do this.", "name": "Eva"},
            "We do this.",
        ),
    ):
        assert "ended" in states(await nobody.get(path))
        answer = await nobody.send_form(path, form)
        assert answer.status_code == 409
        assert "ended" in states(answer)
        assert typed in answer.text
    await clean(db)


async def test_an_answer_never_rewrites_the_draft_that_comes_after(db: Database, stage: Stage) -> None:
    key = await alone(db, stage)
    open_still = await ask_lead(db, stage, key, NOW)
    answered = await ask_lead(db, stage, key, NOW, question="Which one now?")
    await act(db, None, lambda tx: answer_clarification(tx, answered, value="old@x.org", name="Omar"), NOW)
    await act(db, stage.omar, lambda tx: withdraw(tx, key), NOW)
    await act(db, stage.omar, lambda tx: take_up_again(tx, key), NOW)
    # It is a draft: nothing has ended, and what was asked about the version before stays over.
    assert await codes(
        db, lambda tx: answer_clarification(tx, open_still, value="new@x.org", name="Omar"), NOW
    ) == ("clarification_over",)
    assert await codes(db, lambda tx: settle_clarification(tx, key, answered, accepted=True), NOW) == (
        "clarification_not_answered",
    )
    async with db.transaction(now=NOW) as tx:
        lead = await tx.get(Party, await party_id(tx, key, lead=True))
        assert lead.contact_email == "omar@example.org"
        assert (await tx.get(Clarification, answered)).value == "old@x.org"  # what was said is kept
    await act(db, stage.omar, lambda tx: submit(tx, key, received_at=NOW), NOW)
    assert await inquiry_states(db) == ["cancelled"] * 2
    await clean(db)


async def test_of_an_answer_and_a_withdrawal_at_once_one_wins(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    question = await ask_lead(db, stage, confirmed)
    outcomes = await asyncio.gather(
        act(db, None, lambda tx: answer_clarification(tx, question, value="new@x.org", name="Omar"), LATER),
        act(db, stage.omar, lambda tx: withdraw(tx, confirmed), LATER),
        return_exceptions=True,
    )
    async with db.transaction(now=LATER) as tx:
        row = await tx.get(Clarification, question)
        lead = await tx.get(Party, await party_id(tx, confirmed, lead=True))
    assert (row.state, lead.contact_email) == ("cancelled", "omar@example.org")
    assert (row.responder == "Omar") == (not isinstance(outcomes[0], Refused))
    await clean(db)


async def test_inadmissible_and_refused_end_it_too(db: Database, stage: Stage, confirmed: UUID) -> None:
    exception = await alone(db, stage)
    await opened(db, stage, confirmed)
    await ask_lead(db, stage, confirmed)
    await consult(db, stage, confirmed, await offices(db, 1))
    reason = "The mandate is missing."
    await act(db, stage.sara, lambda tx: check_admissibility(tx, confirmed, admissible=False, reason=reason))
    assert await held(db) == {}
    assert await inquiry_states(db) == ["cancelled"] * 2
    with pytest.raises(Refused) as refused:
        await ask_lead(db, stage, confirmed)
    assert refused.value.codes == ("wrong_status",)
    # Put right, it may be asked about again; what was asked before stays over.
    await act(db, stage.sara, lambda tx: check_admissibility(tx, confirmed, admissible=True), LATER)
    await ask_lead(db, stage, confirmed, LATER)
    (office,) = await consult(db, stage, exception, await offices(db, 1))
    await act(db, None, lambda tx: answer_consultation(tx, office, objects=False, name="Eva"))
    await ask_lead(db, stage, exception)
    await act(
        db,
        stage.anna,
        lambda tx: decide_exception(tx, exception, approved=False, reason="Not needed."),
        LATER,
    )
    assert await held(db) == {"clarification": 1}
    await clean(db)


async def test_a_late_answer_does_not_count_any_more(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    first, second = await consult(db, stage, confirmed, await offices(db))
    assert await end_consultations_due(db, ENDS + GRACE) == 2
    after = ENDS + timedelta(hours=1)
    await act(db, None, lambda tx: answer_consultation(tx, first, objects=False, name="Eva"), after)
    await act(db, stage.omar, lambda tx: withdraw(tx, confirmed), after)
    assert await inquiry_states(db) == ["tacit"] * 2  # consent by silence is a fact
    assert await codes(db, lambda tx: take_late_answer(tx, confirmed, first), after) == ("application_ended",)
    late = await codes(db, lambda tx: answer_consultation(tx, second, objects=False, name="Jan"), after)
    assert late == ("application_ended",)


async def with_partner(db: Database, stage: Stage) -> tuple[UUID, UUID]:
    """An exception with a partner that was asked and wants a change, handed in without its answer."""

    async def write(tx: Tx) -> tuple[UUID, UUID]:
        made = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="Alone", track="exception"
        )
        party = await bring_in(
            tx, made.id, Part(stage.partner, "Hosts", made.requested, "Vesa Gashi", "vesa@example.org")
        )
        await record_consultation(tx, made.id, "We wrote to the Delegation in June.")
        return made.id, party

    key, party = await act(db, stage.omar, write, NOW)
    await act(db, stage.omar, lambda tx: invite_party(tx, party), NOW)
    await act(db, None, lambda tx: ask_for_change(tx, party, wish="Another date."), NOW)
    return key, party


async def test_partners_need_not_answer_any_more(db: Database, stage: Stage, browse: Browsers) -> None:
    key, party = await with_partner(db, stage)
    path = await link_to(db, party)
    await act(db, stage.omar, lambda tx: submit(tx, key, received_at=NOW), NOW)
    assert await held(db) == {"partner's link": 1, "request for a change": 1}
    await act(db, stage.omar, lambda tx: withdraw(tx, key), NOW)
    assert await held(db) == {}
    assert ("no_longer_asked", "vesa@example.org") in await mails(db)
    nobody = await browse()
    assert "ended" in states(await nobody.get(path))
    answer = await nobody.send_form(
        path,
        {
            "answer": "decline",
            "reason": "We have no time.",
            "wish": "",
            "signatory_name": "",
            "signatory_function": "",
            "seen": "0",
        },
    )
    assert answer.status_code == 409
    assert "We have no time." in answer.text
    await act(db, stage.omar, lambda tx: take_up_again(tx, key), NOW)
    assert "replaced" in states(await nobody.get(path))
    async with db.transaction(now=NOW) as tx:
        request = (await tx.session.execute(text("SELECT id FROM change_request"))).scalar_one()
        assert (await tx.get(ChangeRequest, request)).outcome == "dropped"
    await clean(db)


async def test_drafts_end_when_their_call_closes(db: Database, stage: Stage, draft: UUID) -> None:
    _exception, exceptions_partner = await with_partner(db, stage)
    async with db.transaction(now=NOW) as tx:
        party = await party_id(tx, draft)
    await act(db, stage.omar, lambda tx: invite_party(tx, party), NOW)
    async with db.transaction(now=OPENED) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    assert await end_with_the_call(db, OPENED) == 1
    assert await end_with_the_call(db, OPENED) == 0
    await deliver_all(db, lambda: OPENED)
    assert [to for template, to in await mails(db) if template == "no_longer_asked"] == ["vesa@example.org"]
    assert await codes(db, lambda tx: invite_party(tx, party)) == ("application_ended",)
    # The exception track has no deadline.
    assert await held(db) == {"partner's link": 1, "request for a change": 1}
    confirm = {"signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    await act(db, None, lambda tx: confirm_party(tx, exceptions_partner, **confirm))


async def test_a_cancelled_call_ends_everything_in_it(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    question = await ask_lead(db, stage, confirmed)
    (office,) = await consult(db, stage, confirmed, await offices(db, 1))
    await act(db, stage.sara, lambda tx: ask_cancellation(tx, stage.call, "No money."))
    await act(db, stage.anna, lambda tx: confirm_cancellation(tx, stage.call))
    # Answers ask under the lock, so that it needs no scheduler to have passed.
    assert await codes(db, lambda tx: answer_clarification(tx, question, value="a@x.org", name="Omar")) == (
        "application_ended",
    )
    assert await codes(db, lambda tx: answer_consultation(tx, office, objects=False, name="Eva")) == (
        "application_ended",
    )
    assert "ended" in states(await (await browse()).get(await link_to(db, office)))
    assert await end_with_the_call(db, LATER) == 1
    assert await end_with_the_call(db, LATER) == 0
    assert await held(db) == {}
    assert await inquiry_states(db) == ["cancelled"] * 2
    await clean(db)


async def test_what_was_left_open_is_found_and_ended(db: Database, stage: Stage, confirmed: UUID) -> None:
    """As a database from before has it."""
    await opened(db, stage, confirmed)
    await ask_lead(db, stage, confirmed)
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE application SET status = 'withdrawn', withdrawn_at = now()"))
    wrong = (await reconcile(db))["applications: nothing is open about what has ended"]
    assert wrong == ["application TAF-2021-01/001 has ended with an open clarification"]
    assert await end_with_the_call(db, LATER) == 1
    assert (await reconcile(db))["applications: nothing is open about what has ended"] == []


async def test_rules_and_rows_agree_on_what_has_ended(db: Database) -> None:
    cases = list(product(ApplicationStatus, get_args(Track), CallState))
    query = text(
        f"""
        SELECT {HAS_ENDED} FROM unnest(CAST(:statuses AS text[]), CAST(:tracks AS text[])) WITH ORDINALITY
            AS application (status, track, place)
        JOIN unnest(CAST(:states AS text[])) WITH ORDINALITY AS call (state, place) USING (place) ORDER BY place
        """
    )
    parameters = {
        "statuses": [status.value for status, _, _ in cases],
        "tracks": [track for _, track, _ in cases],
        "states": [state.value for _, _, state in cases],
    }
    async with db.reader() as connection:
        rows = (await connection.execute(query, parameters)).scalars().all()
    assert rows == [has_ended(*case) for case in cases]
