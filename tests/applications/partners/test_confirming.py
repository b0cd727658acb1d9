"""What voids a confirmation and what leaves it, and what partners want changed before they give it."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.applications.models.confirmation import ChangeRequest, ConfirmedContent
from facility.applications.rules.change_requests import ChangeOutcome
from facility.applications.service.answers import save_answers
from facility.applications.service.change_requests import answer_change, ask_for_change
from facility.applications.service.confirmations import confirm_party, decline_party
from facility.applications.service.parties import change_party
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.refused import Refused
from tests.applications.conftest import NOW, Stage
from tests.applications.partners.conftest import confirm_all, mails, parties, refused, states


async def test_a_share_that_moves_touches_whom_it_moves(db: Database, trio: UUID) -> None:
    _kosovo, montenegro = await confirm_all(db, trio)
    lead = (await parties(db, trio))[0].id
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, montenegro, amount=Decimal("5000.00"), contact_name="Somebody else")
    assert await states(db, trio) == ["confirmed", "confirmed"]
    with pytest.raises(Refused) as caught:
        async with db.transaction(now=NOW) as tx:
            await change_party(tx, montenegro, amount=Decimal("6000.00"), may_void=False)
    assert "Kosovo* Police and Supreme State" in caught.value.reasons[0].params["names"]
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, lead, role="Leads and pays")
    assert await states(db, trio) == ["void", "void"]


async def test_what_is_not_material_touches_nobody(db: Database, trio: UUID) -> None:
    await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, trio, {"ask": {"note": "Not for the partners"}}, may_void=False)
    assert await states(db, trio) == ["confirmed", "confirmed"]
    assert (await reconcile(db))["applications: confirmations"] == []


async def test_what_was_confirmed_is_kept_as_it_was(db: Database, trio: UUID) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, trio, {"ask": {"summary": "A workshop for twelve"}})
        items = (
            await tx.session.scalars(
                select(ConfirmedContent.items).where(ConfirmedContent.party_id == kosovo)
            )
        ).one()
    assert {"key": "ask.title", "label": "Title", "text": "Firearms"} in items
    assert {"key": "ask.summary", "label": "Summary", "text": ""} in items
    assert {item["text"] for item in items if item["key"] == "amount"} == {"10000.50"}


async def test_a_partner_asks_for_a_change_and_is_answered(db: Database, trio: UUID, stage: Stage) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    assert await refused(db, ask_for_change, kosovo.id, wish=" ") == ("wish_missing",)
    async with db.transaction(now=NOW) as tx:
        request = await ask_for_change(tx, kosovo.id, wish=" Two days instead of three. ")
    assert await refused(db, ask_for_change, kosovo.id, wish="And more") == ("change_waits",)
    codes = await refused(db, answer_change, request.id, outcome=ChangeOutcome.NOT_DONE, answer=" ")
    assert codes == ("word_missing",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await answer_change(tx, request.id, outcome=ChangeOutcome.NOT_DONE, answer="Three are needed.")
    codes = await refused(db, answer_change, request.id, outcome=ChangeOutcome.DONE)
    assert codes == ("change_answered",)
    async with db.transaction(now=NOW) as tx:
        kept = await tx.get(ChangeRequest, request.id)
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    assert (kept.wish, kept.outcome, kept.answered_by) == (
        "Two days instead of three.",
        "not_done",
        stage.omar,
    )
    await drain(db, lambda: NOW)
    letters = await mails(db)
    assert {(letter.template, letter.to_address) for letter in letters} >= {
        ("applications/change_wanted", "omar@example.org"),
        ("applications/answered", "omar@example.org"),
    }
    assert not any(
        "Three are needed" in str(letter.context) or "Two days" in str(letter.context) for letter in letters
    )


async def test_who_answers_itself_waits_for_no_answer(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    for party in (kosovo, montenegro):
        async with db.transaction(now=NOW) as tx:
            await ask_for_change(tx, party.id, wish="Other days")
    async with db.transaction(now=NOW) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
        await decline_party(tx, montenegro.id, reason="No")
        outcomes = (await tx.session.scalars(select(ChangeRequest.outcome))).all()
    assert outcomes == ["dropped", "dropped"]
    assert await refused(db, ask_for_change, kosovo.id, wish="Late") == ("already_confirmed",)
