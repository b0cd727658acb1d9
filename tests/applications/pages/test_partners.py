"""Pages of partners: their own part, their answers, what they want changed, who goes and comes."""

import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from facility import clock
from facility.applications.models import Application, ChangeRequest, LinkCopy, Party, SectionAnswers
from facility.applications.service import confirm_party, invite_party, save_answers, submit
from facility.calls.models import Call, Question
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from tests.applications.asking import asked
from tests.applications.conftest import Stage, Times, party_id, row
from tests.browser import Browser, Browsers, errors

SECRET = "Zwiebelfisch-Einheit"


@pytest.fixture
async def asking(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft of Omar's whose call asks every party for a part of its own, with Vesa's institution as a partner."""
    return await asked(db, stage, times)


async def partner(db: Database, application_id: UUID) -> Party:
    """The one partner."""
    async with db.transaction(now=clock.now()) as tx:
        return await tx.get(Party, await party_id(tx, application_id))


async def link(db: Database, application_id: UUID) -> str:
    """The partner's newest link, once it was asked."""
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        query = select(Link).where(Link.purpose == "partner", Link.revoked_at.is_(None))
        return path_of((await tx.session.scalars(query.order_by(Link.created_at.desc()))).first())  # type: ignore[arg-type]


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found
    return found[1]


async def filled(browser: Browser, path: str, answers: dict[str, str]) -> httpx.Response:
    """The answer to a form that was opened and filled in."""
    return await browser.send_form(path, {"seen": hidden(await browser.get(path), "seen"), **answers})


async def test_an_officer_of_the_partner_fills_in_its_part(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, here = await browse(stage.vesa), f"/applications/{asking}"
    assert (await vesa.get(here)).text.count("Not started") == 1
    done = await filled(vesa, f"{here}/part/own", {"part": "Hosts\r\n\r\nit", "secret": SECRET})
    assert (done.status_code, done.headers["location"]) == (303, here)
    done = await filled(vesa, f"{here}/part/own-role", {"role": "Hosts and feeds"})
    assert done.status_code == 303
    assert (await partner(db, asking)).role == "Hosts and feeds"
    assert SECRET in (await vesa.get(here)).text
    assert (await vesa.get(f"{here}/part/ask")).status_code == 404
    async with db.transaction(now=clock.now()) as tx:
        kept = (await tx.session.scalars(select(SectionAnswers).where(SectionAnswers.section == "own"))).one()
    assert (kept.answers, kept.saved_by) == ({"part": "Hosts\n\nit", "secret": SECRET}, stage.vesa)


async def test_the_lead_fills_in_for_a_partner_without_its_secrets(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    await filled(vesa, f"{here}/part/own", {"part": "Hosts", "secret": SECRET})
    path = f"{here}/parties/{(await partner(db, asking)).id}/part/own"
    shown = await omar.get(path)
    assert ('name="part"' in shown.text, 'name="secret"' in shown.text, SECRET in shown.text) == (
        True,
        False,
        False,
    )
    assert (await filled(omar, path, {"part": "Hosts it", "secret": "x"})).status_code == 400
    assert (await filled(omar, path, {"part": "Hosts it"})).status_code == 303
    assert SECRET not in (await omar.get(here)).text
    assert (await filled(omar, f"{here}/part/own", {"part": "Leads", "secret": "Ours"})).status_code == 303
    assert "Ours" not in (await vesa.get(here)).text
    assert "Ours" in (await omar.get(f"{here}/check")).text


async def test_a_part_by_link_is_saved_and_the_link_stays_good(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, asking))
    anybody, path = await browse(), await link(db, asking)
    done = await filled(anybody, f"{path}/part/own", {"part": "Hosts", "secret": SECRET})
    assert (done.status_code, done.headers["location"]) == (303, path)
    stale = await anybody.send_form(f"{path}/part/own", {"seen": "0" * 64, "part": "Other", "secret": ""})
    assert (stale.status_code, "Somebody else has changed this part" in stale.text) == (409, True)
    shown = await anybody.get(path)
    answer = {"signatory_name": "", "signatory_function": "", "reason": "", "seen": hidden(shown, "seen")}
    wrong = await anybody.send_form(path, {**answer, "answer": "change", "wish": " "})
    assert (wrong.status_code, "f-wish" in wrong.text) == (422, True)
    wished = await anybody.send_form(path, {**answer, "answer": "change", "wish": "Other days"})
    assert wished.status_code == 303
    shown = await anybody.get(path)
    assert ("Waits for the lead" in shown.text, "We ask for a change" in shown.text) == (True, False)
    signed = {"answer": "confirm", "signatory_name": "Vesa", "signatory_function": "Director", "reason": ""}
    assert (await anybody.send_form(path, {**signed, "seen": hidden(shown, "seen")})).status_code == 303
    assert (await anybody.get(f"{path}/part/own")).status_code == 409
    assert (await anybody.send_form(f"{path}/part/own", {"part": "Late"})).status_code == 409


QUIET = {"x-autosave": "1"}


async def test_what_is_typed_by_a_link_is_there_on_another_machine(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, asking))
    anybody, path = await browse(), await link(db, asking)
    own = f"{path}/part/own"
    first = await anybody.get(own)
    assert f'data-autosave="{own}/copy"' in first.text
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.session.scalars(select(LinkCopy))).all() == []
    typed = {
        "seen": hidden(first, "seen"),
        "sitting": hidden(first, "sitting"),
        "part": "Hosts half",
        "secret": SECRET,
    }
    assert (await anybody.send_form(f"{own}/copy", typed, headers=QUIET)).status_code == 204
    elsewhere = await (await browse()).get(own)
    assert ("Hosts half" in elsewhere.text, "This was typed with your link" in elsewhere.text) == (True, True)
    assert "Something is typed here and not saved" in (await anybody.get(path)).text
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    leads = f"{here}/parties/{(await partner(db, asking)).id}/part/own"
    for browser, page in ((vesa, f"{here}/part/own"), (omar, leads), (vesa, here), (omar, here)):
        assert "Hosts half" not in (await browser.get(page)).text
    taken_up = {
        **{name: hidden(elsewhere, name) for name in ("seen", "sitting", "resumed", "resumed_at")},
        "part": "Hosts more",
        "secret": "",
    }
    later = await anybody.send_form(f"{own}/copy", taken_up)
    assert (later.status_code, later.headers["location"]) == (303, path)
    assert (await link_copies(db)) == ["Hosts more"]
    shown = await anybody.get(own)
    taken_up = {name: hidden(shown, name) for name in ("sitting", "resumed", "resumed_at")}
    gone = await anybody.send_form(f"{own}/discard", taken_up)
    assert (gone.headers["location"], await link_copies(db)) == (own, [])
    wrong = await filled(anybody, own, {"part": "x" * 12_001, "secret": ""})
    assert (wrong.status_code, await link_copies(db)) == (422, ["x" * 12_001])
    assert (await anybody.send_form(f"{own}/copy", {**typed, "resumed_at": "soon"})).status_code == 400


async def test_two_who_type_by_one_link_lose_nothing(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, asking))
    anybody, own = await browse(), f"{await link(db, asking)}/part/own"
    pages = [await anybody.get(own), await anybody.get(own)]
    both = [
        {"seen": hidden(page, "seen"), "sitting": hidden(page, "sitting"), "part": said, "secret": ""}
        for page, said in zip(pages, ("Hosts", "Feeds"), strict=True)
    ]
    for typed in both:
        await anybody.send_form(f"{own}/copy", typed, headers=QUIET)
    third = await anybody.get(own)
    assert ("Feeds" in third.text, "Something else was typed here with this link" in third.text) == (
        True,
        True,
    )
    other = await anybody.get(f"{own}?typed={both[0]['sitting']}")
    assert (">Hosts<" in other.text.replace("\n", ""), hidden(other, "resumed")) == (True, both[0]["sitting"])
    # The first types on after its text was shown elsewhere: what goes on elsewhere doesn't end it.
    await anybody.send_form(f"{own}/copy", {**both[0], "part": "Hosts and"}, headers=QUIET)
    resumed = {name: hidden(other, name) for name in ("seen", "sitting", "resumed", "resumed_at")}
    await anybody.send_form(f"{own}/copy", {**resumed, "part": "Hosts?", "secret": ""}, headers=QUIET)
    assert await link_copies(db) == ["Feeds", "Hosts and", "Hosts?"]
    saved = await anybody.send_form(own, {**both[1], "part": "Feeds all"})
    assert (saved.status_code, await link_copies(db)) == (303, ["Hosts and", "Hosts?"])
    refused = await anybody.send_form(own, {**both[0], "part": "Hosts and hosts"})
    assert (refused.status_code, "Feeds all" in refused.text, "Hosts and hosts" in refused.text) == (
        409,
        True,
        True,
    )
    assert await link_copies(db) == ["Hosts and hosts", "Hosts?"]
    # What rests on an older text still meets the question after it was shown elsewhere.
    shown = await anybody.get(f"{own}?typed={both[0]['sitting']}")
    late = {name: hidden(shown, name) for name in ("seen", "sitting", "resumed", "resumed_at")}
    assert "has saved this part meanwhile" in shown.text
    again = await anybody.send_form(own, {**late, "part": "Hosts and hosts", "secret": ""})
    assert again.status_code == 409
    renewed = {"seen": hidden(again, "seen"), "sitting": late["sitting"], "part": "Both", "secret": ""}
    assert (await anybody.send_form(own, renewed)).status_code == 303
    assert await link_copies(db) == ["Hosts?"]


async def link_copies(db: Database) -> list[str]:
    """What stands in the copies that are kept for holders of links."""
    async with db.transaction(now=clock.now()) as tx:
        return sorted(one["part"][0] for one in await tx.session.scalars(select(LinkCopy.typed)))


async def test_who_holds_a_link_asks_about_the_call(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, asking))
        call = await tx.get(Call, (await tx.get(Application, asking)).call_id)
    anybody, path = await browse(), await link(db, asking)
    assert f'href="{path}/question"' in (await anybody.get(path)).text
    assert "This call takes no questions" in (await anybody.get(f"{path}/question")).text
    assert (await anybody.send_form(f"{path}/question", {"question": "May we?"})).status_code == 409
    async with db.transaction(now=clock.now()) as tx:
        call = await tx.lock(Call, call.id)
        call.questions_until = call.answers_until = call.closes_at
    assert "vesa@example.org" in (await anybody.get(f"{path}/question")).text
    empty = await anybody.send_form(f"{path}/question", {"question": " "})
    assert (empty.status_code, "f-question-error" in empty.text) == (422, True)
    asked = await anybody.send_form(f"{path}/question", {"question": "May we?"})
    assert (asked.status_code, asked.headers["location"]) == (303, path)
    async with db.transaction(now=clock.now()) as tx:
        kept = (await tx.session.scalars(select(Question))).one()
    assert (kept.text, kept.asked_by, kept.contact_email, kept.institution_id) == (
        "May we?",
        None,
        "vesa@example.org",
        stage.partner,
    )
    assert (await anybody.get("/link/partner/no-such/question")).status_code == 404


async def test_an_old_link_keeps_nothing_and_the_new_one_shows_what_was_kept(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    async def invite() -> str:
        async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
            await invite_party(tx, await party_id(tx, asking))
        return f"{await link(db, asking)}/part/own"

    anybody, old = await browse(), await invite()
    page = await anybody.get(old)
    typed = {"seen": hidden(page, "seen"), "sitting": hidden(page, "sitting"), "part": "Hosts", "secret": ""}
    await anybody.send_form(f"{old}/copy", typed, headers=QUIET)
    new = await invite()
    late = await anybody.send_form(f"{old}/copy", {**typed, "part": "Hosts it"}, headers=QUIET)
    assert (late.status_code, late.headers["x-reason"]) == (409, "link_revoked")
    assert ("Hosts" in (await anybody.get(new)).text, await link_copies(db)) == (True, ["Hosts"])


async def test_what_an_officer_typed_before_somebody_saved_meets_the_question(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    own = f"{here}/part/own"
    seen = hidden(await vesa.get(own), "seen")
    typed = {"seen": seen, "part": "Mine", "secret": ""}
    assert (await vesa.send_form(f"{own}/copy", typed, headers=QUIET)).status_code == 204
    leads = f"{here}/parties/{(await partner(db, asking)).id}/part/own"
    late = {"seen": hidden(await omar.get(leads), "seen"), "part": "The lead's"}
    assert (await omar.send_form(f"{leads}/copy", late, headers=QUIET)).status_code == 204
    assert "The lead&#39;s" in (await omar.get(leads)).text
    assert "The lead&#39;s" not in (await vesa.get(own)).text
    assert (await omar.send_form(leads, late)).status_code == 303
    shown = await vesa.get(own)
    assert ("Mine" in shown.text, "has saved this part meanwhile" in shown.text) == (True, True)
    question = await vesa.send_form(own, {**typed, "seen": hidden(shown, "seen")})
    assert (question.status_code, "The lead&#39;s" in question.text) == (409, True)
    assert (await vesa.send_form(own, {**typed, "seen": hidden(question, "seen")})).status_code == 303


async def test_a_request_is_answered_by_the_lead(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    assert "No partner has asked for a change" in (await omar.get(f"{here}/changes")).text
    seen = hidden(await vesa.get(here), "seen")
    answer = {"signatory_name": "", "signatory_function": "", "reason": "", "seen": seen}
    wished = await vesa.send_form(f"{here}/answer", {**answer, "answer": "change", "wish": "Other days"})
    assert wished.status_code == 303
    tasks, check = (await omar.get(here)).text, (await omar.get(f"{here}/check")).text
    assert "Asks for a change: Kosovo* Police." in tasks
    # A wish alone stands against nothing: the task list counts what the check names.
    against = check.split("It cannot be submitted yet")[1].split("</ul>")[0].count("<li>")
    assert re.findall(r"(\d+) things? stands? against", tasks) == [str(against)]
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
        templates = (await tx.session.scalars(select(Mail.template).order_by(Mail.created_at))).all()
    assert templates == ["applications/change_wanted", "applications/change_answered"]


async def test_a_void_confirmation_shows_the_difference_and_is_renewed_signed_in(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    vesa, omar, here = await browse(stage.vesa), await browse(stage.omar), f"/applications/{asking}"
    seen = hidden(await vesa.get(here), "seen")
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    assert (await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})).status_code == 303
    own = {"seen": hidden(await vesa.get(f"{here}/part/own"), "seen"), "part": "Hosts", "secret": ""}
    question = await vesa.send_form(f"{here}/part/own", own)
    assert (question.status_code, "has been confirmed by Kosovo* Police" in question.text) == (409, True)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await save_answers(tx, asking, {"ask": {"summary": "Three days & nights"}})
    shown = await vesa.get(here)
    assert "<ins>Three days &amp; nights</ins>" in shown.text
    again = await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})
    assert (again.status_code, "Nothing has been confirmed" in again.text) == (409, True)
    renewed = await vesa.send_form(f"{here}/answer", {**signed, "seen": hidden(shown, "seen")})
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
    assert (late.status_code, "After submission no partner can be replaced" in late.text) == (409, True)


def seal_on(page: httpx.Response) -> str:
    """The seal of what a partner's page shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


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


async def test_a_partner_answers_by_link(db: Database, stage: Stage, draft: UUID, browse: Browsers) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, draft))
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mail, link = (await tx.session.execute(select(Mail, Link).join(Link, Link.id == Mail.link_id))).one()
    assert (mail.to_address, mail.subject) == (
        "vesa@example.org",
        "Please confirm the joint application TAF-2021-01/001",
    )
    anybody, path = await browse(), path_of(link)
    shown = await anybody.get(path)
    assert (shown.status_code, "We confirm" in shown.text) == (200, True)
    seen = seal_on(shown)
    wrong = await anybody.send_form(path, {"answer": "confirm", "signatory_name": "", "seen": seen})
    assert (wrong.status_code, errors(wrong)) == (422, ["signatory_name", "signatory_function"])
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    older = await anybody.send_form(path, {**signed, "seen": "0" * 64})
    assert (older.status_code, "while you were reading" in older.text) == (409, True)
    done = await anybody.send_form(path, {**signed, "seen": seen})
    assert (done.status_code, done.headers["location"]) == (303, path)
    kind = await anybody.get(path)
    assert "Thank you, this is confirmed" in kind.text
    again = await anybody.send_form(path, {"answer": "decline", "reason": "No", "seen": seen})
    assert (again.status_code, "Thank you, this is confirmed" in again.text) == (409, True)
    assert (await anybody.get("/link/partner/never-was")).status_code == 404


async def test_a_corrected_address_gets_a_new_link(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        partner = await party_id(tx, draft)
    asked = await omar.send_form(f"/applications/{draft}/parties/{partner}/ask")
    assert asked.status_code == 303
    await drain(db, clock.now)
    changed = await omar.send_form(
        f"/applications/{draft}/parties/{partner}",
        {
            "seen": "0",
            "role": "Hosts the workshop",
            "amount": "10000.50",
            "contact_name": "Vesa Gashi",
            "contact_email": "right@example.org",
        },
    )
    assert changed.status_code == 303
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mails = (
            await tx.session.execute(
                select(Mail, Link).join(Link, Link.id == Mail.link_id).order_by(Mail.created_at)
            )
        ).all()
    assert [mail.to_address for mail, _ in mails] == ["vesa@example.org", "right@example.org"]
    assert [link.revoked_at is None for _, link in mails] == [False, True]
    old = await (await browse()).get(path_of(mails[0][1]))
    assert "a newer one has been sent" in old.text
