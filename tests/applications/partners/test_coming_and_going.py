"""Partners who are replaced, taken out, or leave."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from facility.applications.models.application import Application, Party
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.confirmations import invite_party
from facility.applications.service.own_parts import fill_in_part
from facility.applications.service.parties import remove_party
from facility.applications.service.replacement import replace_party
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave, take_up_again, withdraw
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from tests.applications.conftest import NOW, Stage
from tests.applications.partners.conftest import confirm_all, mails, parties, refused, states
from tests.applications.reading import kinds


async def test_a_partner_is_replaced_in_one_step(db: Database, trio: UUID, stage: Stage) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    new: dict[str, Any] = {"contact_name": "Ayşe", "contact_email": "ayse@example.org"}
    codes = await refused(db, replace_party, kosovo, institution_id=stage.turkish, may_void=False, **new)
    assert codes == ("voids_confirmations",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        came = await replace_party(tx, kosovo, institution_id=stage.turkish, **new)
    async with db.transaction(now=NOW) as tx:
        went = await tx.get(Party, kosovo)
    assert (went.left_at, went.replaced_by, went.confirmation) == (NOW, came.id, "none")
    assert (came.role, came.amount, came.confirmation) == ("Hosts", Decimal("10000.50"), "invited")
    assert await states(db, trio) == ["void", "invited"]
    assert (await kinds(db, trio))[-3:] == ["ApplicationChanged", "PartnerReplaced", "PartnerInvited"]
    await drain(db, lambda: NOW)
    assert ("applications/ask", "ayse@example.org") in {
        (mail.template, mail.to_address) for mail in await mails(db)
    }
    for institution, code in ((stage.police, "partner_is_lead"), (stage.prosecutor, "already_party")):
        assert await refused(db, replace_party, came.id, institution_id=institution, **new) == (code,)
    lead = (await parties(db, trio))[0].id
    assert await refused(db, replace_party, lead, institution_id=stage.partner, **new) == ("lead_stays",)
    assert await refused(db, replace_party, kosovo, institution_id=stage.partner, **new) == ("left",)


async def test_nobody_is_replaced_after_submission(db: Database, trio: UUID, stage: Stage) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await submit(tx, trio, received_at=NOW)
    new: dict[str, Any] = {"contact_name": "", "contact_email": "x@example.org"}
    assert await refused(db, replace_party, kosovo, institution_id=stage.turkish, **new) == (
        "no_replacement",
    )
    assert await refused(db, fill_in_part, kosovo, "own", {"part": "New"}) == ("not_a_draft",)
    assert await refused(db, ask_for_change, kosovo, wish="New") == ("not_a_draft",)


async def test_whoever_is_taken_out_is_told_if_it_was_asked(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        await remove_party(tx, kosovo.id)
        await remove_party(tx, montenegro.id)
    await drain(db, lambda: NOW)
    assert [mail.to_address for mail in await mails(db) if mail.template == "applications/removed"] == [
        "vesa@example.org"
    ]


async def test_a_partner_that_left_meanwhile_is_missed_when_it_is_taken_up_again(
    db: Database, trio: UUID
) -> None:
    _kosovo, montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await submit(tx, trio, received_at=NOW)
    async with db.transaction(now=NOW + timedelta(hours=1)) as tx:
        await leave(tx, montenegro, reason="No staff")
    assert (await reconcile(db))["applications: confirmations"] == []
    async with db.transaction(now=NOW + timedelta(hours=2)) as tx:
        await withdraw(tx, trio)
        await take_up_again(tx, trio)
        application = await tx.get(Application, trio)
    assert await states(db, trio) == ["void"]
    assert application.requested == Decimal("30000.50")
    findings = await reconcile(db)
    assert {name: lines for name, lines in findings.items() if lines} == {}


async def test_partners_hear_that_it_came_in_was_withdrawn_and_is_worked_on_again(
    db: Database, trio: UUID
) -> None:
    _kosovo, montenegro = await confirm_all(db, trio)
    for step in (partial(submit, received_at=NOW), withdraw, take_up_again):
        async with db.transaction(now=NOW) as tx:
            await step(tx, trio)
        await drain(db, lambda: NOW)
    async with db.transaction(now=NOW) as tx:
        contact = (await tx.get(Party, montenegro)).contact_email
    letters = [
        (mail.template, mail.context.get("what")) for mail in await mails(db) if mail.to_address == contact
    ]
    assert set(letters[-3:]) == {
        ("applications/partners", "received"),
        ("applications/withdrawn", None),
        ("applications/partners", "taken_up"),
    }
    assert await states(db, trio) == ["confirmed", "confirmed"]
