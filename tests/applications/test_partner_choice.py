"""Choosing a partner institution: found while typing or by the button, or added on the way."""

import re
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from facility.accounts.service.institutions import add_institution
from facility.applications.events import PartyMoved
from facility.applications.models.application import Application, Party
from facility.applications.service.parties import remove_party
from facility.db import Database, Tx
from facility.message import Message
from facility.story.drafts import Part, bring_in
from tests.applications.conftest import NOW, Stage
from tests.browser import Browsers, errors, gives_reason, says, states, work

PART = {"role": "Sends prosecutors", "amount": "5000", "contact_name": "M", "contact_email": "m@example.org"}


SENT = {**PART, "seen": "1"}
"""From the form as it was shown when one partner had been added."""


async def party_of(tx: Tx, draft: UUID, institution: UUID) -> UUID:
    query = select(Party.id).where(Party.application_id == draft, Party.institution_id == institution)
    return (await tx.session.execute(query)).scalar_one()


async def partners(db: Database, draft: UUID) -> list[tuple[str, str]]:
    async with db.reader() as connection:
        rows = await connection.execute(
            text(
                "SELECT name, institution.status FROM party JOIN institution ON institution.id = institution_id"
                " WHERE application_id = :id AND NOT is_lead AND left_at IS NULL ORDER BY position"
            ),
            {"id": draft},
        )
        return [(row.name, row.status) for row in rows]


async def test_without_javascript_the_button_finds_and_keeps_what_was_typed(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    page = await omar.send_form(path, {**SENT, "institution_q": "тужилац prosecutor", "find": "yes"})
    assert (page.status_code, "nothing-found" in states(page)) == (200, True)
    page = await omar.send_form(path, {**SENT, "institution_q": "Prosecutr supreme", "find": "yes"})
    assert re.findall(r'<input type="radio"[^>]*value="([^"]+)"', page.text) == [str(stage.prosecutor)]
    assert "Sends prosecutors</textarea>" in page.text
    assert errors(page) == []
    assert len(await partners(db, draft)) == 1


async def test_while_one_types_a_part_answers(stage: Stage, draft: UUID, browse: Browsers) -> None:
    omar = await browse(stage.omar)
    part = await omar.get(
        "/institutions/find?field=institution_id&institution_q=косово", headers={"hx-request": "true"}
    )
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert re.findall(r'name="institution_id" value="([^"]+)"', part.text) == [str(stage.partner)]
    assert (await omar.get("/institutions/find?field=_csrf_token&institution_q=x")).status_code == 404
    assert (await (await browse()).get("/institutions/find?field=into&institution_q=x")).status_code == 303


async def test_one_that_is_not_on_the_list_is_added_and_waits(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    new = {"institution_name": "Forensic Agency", "kind": "POLICE", "beneficiary": "BA"}
    wrong = await omar.send_form(path, {**SENT, **new, "kind": "", "beneficiary": ""})
    assert (wrong.status_code, 'value="Forensic Agency"' in wrong.text) == (422, True)
    assert ['href="#f-kind"' in wrong.text, 'href="#f-beneficiary"' in wrong.text] == [True, True]
    added = await omar.send_form(path, {**SENT, **new})
    assert added.status_code == 303
    assert (await partners(db, draft))[1] == ("Forensic Agency", "pending")
    sara = await browse(stage.sara)
    assert "new-institutions-to-check" in work(await sara.get("/"))
    assert "Forensic Agency" in (await sara.get("/institutions?status=pending")).text


async def test_one_that_is_on_the_list_already_is_offered_instead(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    new = {"institution_name": "supreme state PROSECUTORS office", "kind": "PROSECUTION", "beneficiary": "ME"}
    known = await omar.send_form(path, {**SENT, **new})
    assert known.status_code == 422
    assert gives_reason(known, "institution_known")
    assert re.findall(r'value="([^"]+)" checked', known.text) == [str(stage.prosecutor)]
    chosen = await omar.send_form(path, {**SENT, **new, "institution_id": str(stage.prosecutor)})
    assert chosen.status_code == 303
    assert len(await partners(db, draft)) == 2


async def test_a_partner_who_is_the_lead_or_takes_part_is_told_at_the_field(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    for institution, code in (
        (stage.police, "partner_is_lead"),
        (stage.partner, "already_party"),
    ):
        page = await omar.send_form(path, {**SENT, "institution_id": str(institution)})
        assert (page.status_code, gives_reason(page, code)) == (422, True)
        assert 'href="#f-institution_id"' in page.text
        assert "Sends prosecutors</textarea>" in page.text
    assert len(await partners(db, draft)) == 1


async def test_merging_moves_parties_and_never_two_of_one_application(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=NOW, actor=stage.sara) as tx:
        double = (await add_institution(tx, name="Kosovo Policija", kind="POLICE", beneficiary_code="XK")).id
        lead = (await add_institution(tx, name="Albanian Police", kind="POLICE", beneficiary_code="AL")).id
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        second = await bring_in(tx, draft, Part(double, "R", Decimal("1.00")))
    sara = await browse(stage.sara)
    refused = await sara.send_form(f"/institutions/{double}/merge", {"into": str(stage.partner)})
    assert (refused.status_code, gives_reason(refused, "merge_together_unseen")) == (422, True)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await remove_party(tx, await party_of(tx, draft, stage.partner))
    merged = await sara.send_form(f"/institutions/{double}/merge", {"into": str(stage.partner)})
    assert merged.headers["location"] == f"/institutions/{stage.partner}"
    led = await sara.send_form(f"/institutions/{stage.police}/merge", {"into": str(lead)})
    assert led.status_code == 303
    async with db.transaction(now=NOW) as tx:
        assert (await tx.get(Party, second)).institution_id == stage.partner
        assert (await tx.get(Application, draft)).lead_institution_id == lead
    gone = await sara.get(f"/institutions/{double}")
    assert (gone.status_code, gone.headers["location"]) == (303, f"/institutions/{stage.partner}")
    omar = await browse(stage.omar)
    assert says(await omar.get(f"/applications/{draft}"), Message(PartyMoved.sentence))
    # The page that Omar had open still names the entry that is gone.
    again = await omar.send_form(
        f"/applications/{draft}/partners/add", {**SENT, "seen": "2", "institution_id": str(double)}
    )
    assert (again.status_code, gives_reason(again, "already_party")) == (422, True)
