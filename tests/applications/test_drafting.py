"""Drafts: what commands change, record, void and refuse before anything is handed in."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.applications.models.application import Document, Party
from facility.applications.queries.application import shown
from facility.applications.queries.confirmed_content import statements_of
from facility.applications.rules.confirmation import agreed, seal_of
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import (
    confirm_party,
    decline_party,
    invite_party,
    use_party_link,
)
from facility.applications.service.documents import attach_document, remove_document
from facility.applications.service.parties import add_party, change_party, remove_party
from facility.db import Database
from facility.forms.checks import Answers
from facility.outbox.links import find_link, make_link, path_of
from facility.refused import Refused
from tests.applications.conftest import NOW, Stage, party_id, row
from tests.applications.reading import SHA, kinds, party


async def test_numbers_run_by_call(db: Database, stage: Stage) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        made = [
            await start_application(
                tx, call_id=stage.call, lead_institution_id=stage.police, title=title, track="joint"
            )
            for title in ("One", "Two")
        ]
    assert [a.reference for a in made] == ["TAF-2021-01/001", "TAF-2021-01/002"]
    assert (await party(db, made[0].id, lead=True)).contact_email == "omar@example.org"


async def test_the_request_is_the_sum_of_the_parts(db: Database, stage: Stage, draft: UUID) -> None:
    assert (await row(db, draft)).requested == Decimal("30000.50")
    async with db.transaction(now=NOW) as tx:
        await remove_party(tx, await party_id(tx, draft))
    assert (await row(db, draft)).requested == Decimal("20000.00")
    async with db.transaction(now=NOW) as tx:
        with pytest.raises(Refused) as refused:
            await add_party(
                tx,
                draft,
                institution_id=stage.police,
                role="Again",
                amount=Decimal("1.00"),
                contact_name="",
                contact_email="",
            )
    assert refused.value.codes == ("partner_is_lead",)


async def test_an_edit_needs_the_current_version(db: Database, draft: UUID) -> None:
    version = (await row(db, draft)).version
    async with db.transaction(now=NOW) as tx:
        new: dict[str, Answers] = {"ask": {"title": "New"}, "themes": {"themes": ["OC.FIREARMS", "X.JIT"]}}
        await save_answers(tx, draft, new, seen=0)
    after = await row(db, draft)
    assert (after.version, after.title, after.themes) == (version + 1, "New", ["OC.FIREARMS", "X.JIT"])
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await save_answers(tx, draft, {"ask": {"title": "Other"}}, seen=0)
    assert refused.value.codes == ("edited_meanwhile",)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, draft, {"ask": {"title": "New"}}, seen=0)
    assert (await row(db, draft)).version == version + 1


async def test_two_sections_do_not_get_in_each_others_way(db: Database, draft: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, draft, {"ask": {"title": "New"}}, seen=0)
        await save_answers(tx, draft, {"casework": {"casework_origin": "Requests"}}, seen=0)
    assert (await row(db, draft)).title == "New"


async def test_an_edit_voids_what_was_confirmed(db: Database, confirmed: UUID) -> None:
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await save_answers(tx, confirmed, {"ask": {"summary": "New"}}, may_void=False)
    assert refused.value.codes == ("voids_confirmations",)
    assert (await party(db, confirmed)).confirmation == "confirmed"
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, confirmed, {"ask": {"summary": "New"}})
    assert (await party(db, confirmed)).confirmation == "void"
    assert (await kinds(db, confirmed))[-2:] == ["ConfirmationsVoided", "ApplicationChanged"]


async def test_contacts_are_not_what_partners_confirm(db: Database, confirmed: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, await party_id(tx, confirmed), contact_name="Somebody else")
    assert (await party(db, confirmed)).confirmation == "confirmed"


async def test_a_corrected_address_revokes_the_old_link(db: Database, draft: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        partner = await party_id(tx, draft)
        await invite_party(tx, partner)
        old = path_of(await make_link(tx, "partner", partner)).rsplit("/", 1)[1]
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, partner, contact_email="new@example.org")
        link = await find_link(tx, "partner", old)
    assert link.revoked_at == NOW
    assert (await kinds(db, draft)).count("PartnerInvited") == 2
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await use_party_link(tx, old)
    assert refused.value.codes == ("link_revoked",)


async def seal(db: Database, party_id: UUID) -> str:
    """Of what the party would confirm now."""
    async with db.reader() as connection:
        result = await connection.execute(select(Party.application_id).where(Party.id == party_id))
        application = await shown(connection, result.scalar_one())
    return seal_of(agreed(statements_of(application, application.form, application.parts), party_id))


async def test_a_link_confirms_what_was_shown_and_works_once(db: Database, draft: UUID) -> None:
    partner = (await party(db, draft)).id
    async with db.transaction(now=NOW) as tx:
        token = path_of(await make_link(tx, "partner", partner)).rsplit("/", 1)[1]
    old = await seal(db, partner)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, draft, {"ask": {"summary": "Other"}})
    new = await seal(db, partner)
    answers = []
    for seen in (old, new, new):
        try:
            async with db.transaction(now=NOW) as tx:
                await use_party_link(tx, token)
                await confirm_party(
                    tx, partner, signatory_name=" Vesa Gashi ", signatory_function="Director", seen=seen
                )
            answers.append("done")
        except Refused as refused:
            answers += refused.codes
    assert answers == ["edited_meanwhile", "done", "link_used"]
    confirmed = await party(db, draft)
    version = (await row(db, draft)).version
    assert (confirmed.signatory_name, confirmed.confirmed_version) == ("Vesa Gashi", version)


async def test_a_partner_declines_with_a_reason_and_may_be_asked_again(db: Database, draft: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        partner = await party_id(tx, draft)
        with pytest.raises(Refused) as refused:
            await decline_party(tx, partner, reason=" ")
        assert refused.value.codes == ("reason_missing",)
        await decline_party(tx, partner, reason="No staff")
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await confirm_party(tx, partner, signatory_name="V", signatory_function="D")
    assert refused.value.codes == ("already_declined",)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, partner)
        await confirm_party(tx, partner, signatory_name="V", signatory_function="D")
    assert (await party(db, draft)).confirmation == "confirmed"


async def test_documents_are_attached_once_and_removed(db: Database, draft: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        document = await attach_document(tx, draft, name="agenda.pdf", kind="pdf", size=6, sha256=SHA)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await attach_document(tx, draft, name="again.pdf", kind="pdf", size=6, sha256=SHA)
    assert refused.value.codes == ("document_twice",)
    async with db.transaction(now=NOW) as tx:
        await remove_document(tx, document.id)
        assert (await tx.get(Document, document.id)).removed_at == NOW
