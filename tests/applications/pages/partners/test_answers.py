"""Answers of partners who are signed in, and who goes and comes."""

import re
from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.applications.models.confirmation import ChangeRequest
from facility.applications.pages.tasks import CHANGE_REQUESTED, UNCONFIRMED
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.models import Mail
from tests.applications.asking import asking_draft, requiring
from tests.applications.conftest import Stage, Times, row
from tests.applications.pages.partners.conftest import filled, hidden, invite, partner
from tests.browser import Browsers, errors, gives_reason, says, states
from tests.mails import IN_ORDER


async def test_a_request_is_answered_by_the_lead(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    assert "no-requests" in states(await omar.get(f"{here}/changes"))
    seen = hidden(await vesa.get(here), "seen")
    answer = {"signatory_name": "", "signatory_function": "", "reason": "", "seen": seen}
    wished = await vesa.send_form(f"{here}/answer", {**answer, "answer": "change", "wish": "Other days"})
    assert wished.status_code == 303
    tasks, check = (await omar.get(here)).text, (await omar.get(f"{here}/check")).text
    names = {"names": "Kosovo* Police"}
    assert [says(page, CHANGE_REQUESTED, **names) for page in (tasks, check)] == [True, True]
    # The lead has to answer, so nobody is to be reminded; and the task list counts what the check names.
    assert not any(says(tasks + check, text, **names) for text, _fix in UNCONFIRMED.values())
    home = (await omar.get("/")).text
    assert [f'href="{here}{page}"' in home for page in ("", "/changes")] == [True, True]
    against = check.split('data-state="incomplete"')[1].split("</ul>")[0].count("<li>")
    assert re.findall(r'id="stops">[^<]*?(\d+)', tasks) == [str(against)]
    async with db.transaction(now=clock.now()) as tx:
        request = (await tx.session.scalars(select(ChangeRequest))).one()
    path = f"{here}/changes/{request.id}"
    assert "Other days" in (await omar.get(path)).text
    assert (await omar.send_form(path, {"outcome": "not_done", "answer": ""})).status_code == 422
    done = await omar.send_form(path, {"outcome": "not_done", "answer": "These are the only ones."})
    assert done.headers["location"] == f"{here}/changes"
    assert "These are the only ones." in (await vesa.get(here)).text
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        templates = (await tx.session.scalars(select(Mail.template).order_by(*IN_ORDER))).all()
    assert templates == ["applications/change_wanted", "applications/change_answered"]


async def test_a_request_that_its_partner_no_longer_waits_for_stays_to_be_read(
    stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    seen = hidden(await vesa.get(here), "seen")
    wished = await vesa.send_form(
        f"{here}/answer", {"answer": "change", "wish": "Other days", "reason": "", "seen": seen}
    )
    assert wished.status_code == 303
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    assert (await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})).status_code == 303
    for page in (await omar.get(f"{here}/changes"), await vesa.get(here)):
        assert ("Other days" in page.text, "dropped" in states(page)) == (True, True)
    assert "/changes/" not in (await omar.get(f"{here}/changes")).text, "no answer is wanted any more"
    assert f'href="{here}/changes"' not in (await omar.get("/")).text


async def test_a_void_confirmation_shows_the_difference_and_is_renewed_signed_in(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    seen = hidden(await vesa.get(here), "seen")
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    assert (await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})).status_code == 303
    own = {"seen": hidden(await vesa.get(f"{here}/part/own"), "seen"), "part": "Hosts", "secret": ""}
    question = await vesa.send_form(f"{here}/part/own", own)
    assert (question.status_code, "would-void" in states(question)) == (409, True)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await save_answers(tx, asking, {"ask": {"summary": "Three days & nights"}})
    page = await vesa.get(here)
    assert "<ins>Three days &amp; nights</ins>" in page.text
    again = await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})
    assert (again.status_code, "changed-meanwhile" in states(again)) == (409, True)
    renewed = await vesa.send_form(f"{here}/answer", {**signed, "seen": hidden(page, "seen")})
    assert renewed.status_code == 303
    assert (await partner(db, asking)).confirmation == "confirmed"
    assert (await omar.send_form(f"{here}/answer", {**signed, "seen": seen})).status_code == 409


async def test_a_partner_is_replaced_before_submission_and_never_after(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    omar, here = await browse(stage.omar), f"/applications/{asking}"
    old = await partner(db, asking)
    path = f"{here}/parties/{old.id}/replace"
    version = hidden(await omar.get(path), "version")
    data = {"version": version, "contact_name": "Milena", "contact_email": "milena@example.org"}
    lead = await omar.send_form(path, {**data, "institution_id": str(stage.police)})
    assert (lead.status_code, "f-institution_id" in lead.text) == (422, True)
    done = await omar.send_form(path, {**data, "institution_id": str(stage.prosecutor)})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/partners")
    new = await partner(db, asking)
    assert (new.institution_id, new.role, new.confirmation) == (stage.prosecutor, "Hosts", "invited")
    assert (await omar.get(path)).status_code == 404
    async with db.transaction(now=clock.now()) as tx:
        await confirm_party(tx, new.id, signatory_name="M", signatory_function="P")
        await submit(tx, asking, received_at=tx.now)
    late = await omar.get(f"{here}/parties/{new.id}/replace")
    assert (late.status_code, gives_reason(late, "no_replacement")) == (409, True)


async def test_every_wrong_field_of_a_partner(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    form = {
        "seen": "1",
        "institution_id": "",
        "role": "",
        "amount": "1.005",
        "contact_name": "M",
        "contact_email": "m",
    }
    wrong = await omar.send_form(path, form)
    assert (wrong.status_code, errors(wrong)) == (
        422,
        ["institution_id", "role", "amount", "contact_email"],
    )
    good = {
        "seen": "1",
        "institution_id": str(stage.prosecutor),
        "role": "Sends prosecutors",
        "amount": "5 000,5",
        "contact_name": "Milena",
        "contact_email": "Milena@Example.org",
    }
    added = await omar.send_form(path, good)
    assert added.headers["location"] == f"/applications/{draft}/partners"
    twice = await omar.send_form(path, {**good, "seen": "2"})
    assert (twice.status_code, errors(twice)) == (422, ["institution_id"])
    assert str((await row(db, draft)).requested) == "35001.00"


async def test_who_confirms_has_filled_in_its_own_part(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    asking = await asking_draft(db, stage, times, form=requiring("part"))
    vesa, anybody, here = await browse(stage.vesa), await browse(), f"/applications/{asking}"
    link = await invite(db, stage, asking)
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    for browser, page, answer in ((vesa, here, f"{here}/answer"), (anybody, link, link)):
        seen = hidden(await browser.get(page), "seen")
        early = await browser.send_form(answer, {**signed, "seen": seen})
        assert (early.status_code, errors(early)) == (422, ["answer"])
        assert gives_reason(early, "own_part_incomplete", missing="What you do")
        assert 'value="Vesa Gashi"' in early.text
    assert (await partner(db, asking)).confirmation == "invited"
    assert (await filled(anybody, f"{link}/part/own", {"part": "Hosts", "secret": ""})).status_code == 303
    seen = hidden(await anybody.get(link), "seen")
    assert (await anybody.send_form(link, {**signed, "seen": seen})).status_code == 303
    assert (await partner(db, asking)).confirmation == "confirmed"
