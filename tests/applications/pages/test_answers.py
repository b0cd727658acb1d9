"""The pages of a section: what is typed is never lost, whatever happens to it."""

import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, func, select

from facility import clock
from facility.accounts.models import Session
from facility.accounts.service.people import add_user
from facility.applications.models.application import Application, SectionAnswers
from facility.applications.pages.answers import AT_THE_FIELD
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.db import Database
from facility.drafting.models import UnsavedText
from facility.events.models import EventRow
from facility.experts.models.profile import Theme
from facility.experts.service.pool import seed_themes
from facility.forms.words import ASKED_IF
from facility.web import cookies
from facility.web.access import Role
from tests.applications.asking import asking_draft
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browser, Browsers, errors, notices, says, states

QUIET = {"x-autosave": "1"}


@pytest.fixture
async def application(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft to a call that asks every kind of question."""
    async with db.transaction(now=times.now) as tx:
        await seed_themes(tx)
    return await asking_draft(db, stage, times)


@pytest.fixture
async def besa(db: Database, stage: Stage, browse: Browsers) -> Browser:
    """The browser of a colleague of Omar's."""
    async with db.transaction(now=clock.now()) as tx:
        person = await add_user(
            tx, name="Besa Hoxha", email="besa@example.org", roles=[Role.OFFICER], institution_id=stage.police
        )
    return await browse(person.id)


def page_of(application: UUID, section: str = "ask") -> str:
    return f"/applications/{application}/answers/{section}"


def asks(summary: str, **more: str) -> dict[str, str]:
    """The first section, with this summary."""
    return {"seen": "0", "title": "Firearms", "summary": summary, "note": "", **more}


async def stored(db: Database, application: UUID, section: str = "ask") -> dict[str, object]:
    """What is saved of a section."""
    async with db.transaction(now=clock.now()) as tx:
        query = select(SectionAnswers.answers).where(
            SectionAnswers.application_id == application, SectionAnswers.section == section
        )
        return dict(await tx.session.scalar(query) or {})


async def copies(db: Database) -> list[dict[str, list[str]]]:
    """What is kept for anybody."""
    async with db.transaction(now=clock.now()) as tx:
        return list(await tx.session.scalars(select(UnsavedText.typed)))


async def events(db: Database) -> int:
    async with db.transaction(now=clock.now()) as tx:
        return await tx.session.scalar(select(func.count()).select_from(EventRow)) or 0


def text_in(page: httpx.Response, name: str) -> str:
    """What stands in a text area."""
    match = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert match, page.text
    return match[1]


def value_of(page: httpx.Response, name: str) -> str:
    """What a hidden field says."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert match, page.text
    return match[1]


async def test_what_is_typed_is_there_on_another_machine_and_nothing_has_happened(
    db: Database, stage: Stage, application: UUID, omar: Browser, browse: Browsers, besa: Browser
) -> None:
    before = await events(db)
    typed = {**asks("Half a sent"), "themes": ["X.JIT", "X.SIENA"]}
    kept = await omar.send_form(f"{page_of(application)}/copy", typed, headers=QUIET)
    assert (kept.status_code, kept.headers["cache-control"]) == (204, "no-store")
    assert (await events(db), await stored(db, application)) == (before, {})
    elsewhere = await (await browse(stage.omar)).get(page_of(application))
    assert text_in(elsewhere, "summary") == "Half a sent"
    assert elsewhere.text.count(" checked>") == 2
    assert "unsaved" in states(elsewhere)
    assert elsewhere.headers["cache-control"] == "no-store"
    tasks = await omar.get(f"/applications/{application}")
    assert "unsaved-there" in states(tasks)
    hers = await besa.get(page_of(application))
    assert text_in(hers, "summary") == ""
    assert "colleague-writes" in states(hers)
    gone = await omar.send_form(f"{page_of(application)}/discard")
    assert gone.headers["location"] == page_of(application)
    assert await copies(db) == []
    assert "unsaved" not in states(await omar.get(page_of(application)))


async def test_keep_for_later_is_a_button_without_a_script(
    db: Database, application: UUID, omar: Browser
) -> None:
    page = await omar.get(page_of(application))
    assert f'formaction="{page_of(application)}/copy"' in page.text
    kept = await omar.send_form(f"{page_of(application)}/copy", asks("Later"))
    assert kept.headers["location"] == f"/applications/{application}"
    assert notices(await omar.get(kept.headers["location"])) == ["wait"]
    assert (await copies(db))[0]["summary"] == ["Later"]


async def test_saving_goes_on_and_ends_the_copy(db: Database, application: UUID, omar: Browser) -> None:
    await omar.send_form(f"{page_of(application)}/copy", asks("Half"), headers=QUIET)
    before = await events(db)
    saved = await omar.send_form(page_of(application), asks("Short", then="next"))
    assert saved.headers["location"] == page_of(application, "figures")
    assert (await events(db), await copies(db)) == (before + 1, [])
    page = await omar.get(page_of(application))
    assert says(page, AT_THE_FIELD["answer_too_short"], least=10)
    assert 'aria-describedby="f-summary-note"' in page.text
    assert "aria-invalid" not in page.text
    last = await omar.send_form(page_of(application, "figures"), {"seen": "0", "trips": "no", "then": "next"})
    assert last.headers["location"] == f"/applications/{application}/part/own"
    stay = await omar.send_form(page_of(application), {**asks("Short"), "seen": "1", "then": "stay"})
    assert stay.headers["location"] == page_of(application)


async def test_what_is_typed_wrong_is_said_at_the_field_and_kept(
    db: Database, application: UUID, omar: Browser
) -> None:
    typed = {
        "seen": "0",
        "trips": "yes",
        "cost": "1.234",
        "people": "many",
        "begins": "2027-02-30",
        "kind": "party",
    }
    wrong = await omar.send_form(page_of(application, "figures"), typed)
    assert wrong.status_code == 422
    assert errors(wrong) == ["cost", "people", "begins", "kind"]
    assert 'value="many"' in wrong.text
    assert (await copies(db))[0]["people"] == ["many"]
    again = await omar.get(page_of(application, "figures"))
    assert 'value="many"' in again.text
    right = {**typed, "cost": "1 234,50", "people": "12", "begins": "2027-02-28", "kind": "visit"}
    assert (await omar.send_form(page_of(application, "figures"), right)).status_code == 303
    assert await stored(db, application, "figures") == {
        "trips": "yes",
        "cost": "1234.50",
        "people": "12",
        "begins": "2027-02-28",
        "kind": "visit",
    }
    page = await omar.get(page_of(application, "figures"))
    assert says(page, ASKED_IF, question="Are there trips?", answers="“Yes”")


async def test_two_officers_in_one_section(
    db: Database, application: UUID, omar: Browser, besa: Browser
) -> None:
    first = asks("We host one workshop", note="Hers")
    assert (await besa.send_form(page_of(application), first)).status_code == 303
    second = await omar.send_form(page_of(application), asks("We host two workshops", title="Weapons"))
    assert second.status_code == 409
    assert "saved-meanwhile" in states(second)
    assert "<del>one</del>" in second.text
    assert "<ins>two</ins>" in second.text
    assert "changed-by-them" in states(second)  # the note
    assert "changed-by-you" in states(second)  # the title
    assert (await copies(db))[0]["summary"] == ["We host two workshops"]
    merging = {
        "seen": "1",
        "began": "0",
        "merging": "yes",
        "themes": [],
        "title": "Weapons",
        "mine-title": "Weapons",
        "theirs-title": "Firearms",
        "choice-title": "mine",
        "summary": "We host two workshops",
        "mine-summary": "We host two workshops",
        "theirs-summary": "We host one workshop",
        "note": "",
        "mine-note": "",
        "theirs-note": "Hers",
        "choice-note": "theirs",
    }
    undecided = await omar.send_form(page_of(application), merging)
    assert undecided.status_code == 422
    assert 'href="#f-choice-summary"' in undecided.text
    edited = {**merging, "choice-summary": "edit", "summary": "We host three workshops"}
    assert (await omar.send_form(page_of(application), edited)).status_code == 303
    assert await stored(db, application) == {"summary": "We host three workshops", "note": "Hers"}
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Application, application)).title == "Weapons"
    assert await copies(db) == []


async def test_what_is_kept_from_before_somebody_saved_still_meets_the_question(
    db: Database, application: UUID, omar: Browser, besa: Browser
) -> None:
    await omar.send_form(f"{page_of(application)}/copy", asks("Mine, from before"), headers=QUIET)
    await besa.send_form(page_of(application), asks("Hers, saved"))
    page = await omar.get(page_of(application))
    assert "saved-meanwhile" in states(page)
    assert 'name="seen" value="0"' in page.text
    asked_again = await omar.send_form(page_of(application), asks("Mine, from before"))
    assert asked_again.status_code == 409
    # Kept from the page of the two versions: the question is not forgotten either.
    both = {**asks("Mine, better"), "seen": "1", "began": "0", "merging": "yes", "mine-summary": "Mine"}
    assert (await omar.send_form(f"{page_of(application)}/copy", both, headers=QUIET)).status_code == 204
    again = await omar.get(page_of(application))
    assert text_in(again, "summary") == "Mine, better"
    assert 'name="seen" value="0"' in again.text


async def test_only_what_partners_confirm_voids_and_the_difference_is_shown_first(
    db: Database, stage: Stage, application: UUID, omar: Browser
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await save_answers(tx, application, {"ask": {"summary": "We host one workshop"}})
        await confirm_party(
            tx, await party_id(tx, application), signatory_name="Vesa Gashi", signatory_function="Head"
        )
    quiet = {**asks("We host one workshop", note="For us"), "seen": "1"}
    assert (await omar.send_form(page_of(application), quiet)).status_code == 303
    loud = {**quiet, "seen": "2", "summary": "We host two workshops"}
    question = await omar.send_form(page_of(application), loud)
    assert question.status_code == 409
    assert "<del>one</del><ins>two</ins>" in question.text
    assert "A note: what would change" not in question.text
    assert await copies(db) != []
    assert (await omar.send_form(page_of(application), {**loud, "void": "yes"})).status_code == 303


async def test_a_copy_is_not_kept_in_the_name_of_somebody_else(
    db: Database, stage: Stage, application: UUID, besa: Browser
) -> None:
    typed = asks("Omar's words", by=str(stage.omar))
    refused = await besa.send_form(f"{page_of(application)}/copy", typed, headers=QUIET)
    assert (refused.status_code, refused.headers["x-reason"]) == (409, "other_person")
    page = await besa.send_form(page_of(application), typed)
    assert page.status_code == 409
    assert (await copies(db), await stored(db, application)) == ([], {})


async def test_a_submitted_application_keeps_no_copy_and_says_so(
    db: Database, stage: Stage, application: UUID, omar: Browser
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await confirm_party(
            tx, await party_id(tx, application), signatory_name="Vesa Gashi", signatory_function="Head"
        )
        await submit(tx, application, received_at=tx.now)
    text = "A long text that somebody was still at when a colleague submitted."
    late = await omar.send_form(f"{page_of(application)}/copy", asks(text), headers=QUIET)
    assert (late.status_code, late.headers["x-reason"]) == (409, "not_a_draft")
    page = await omar.send_form(page_of(application), asks(text))
    assert page.status_code == 409
    assert text in page.text  # to copy
    assert "Send again" not in page.text


async def test_a_session_that_ended_loses_nothing(
    db: Database, stage: Stage, application: UUID, omar: Browser
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await tx.session.execute(delete(Session))
        tx.session.expire_all()
    text = 'Half a page, with "quotes" & <b>signs</b>, typed before the session ended.'
    quiet = await omar.send_form(f"{page_of(application)}/copy", asks(text), headers=QUIET)
    assert quiet.status_code == 401
    page = await omar.send_form(page_of(application), asks(text, then="next"))
    assert page.status_code == 401
    assert page.headers["cache-control"] == "no-store"
    assert 'href="/sign-in" target="_blank"' in page.text
    assert f'action="{page_of(application)}"' in page.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert fields.pop("_csrf_token")
    assert (
        fields["summary"]
        == "Half a page, with &#34;quotes&#34; &amp; &lt;b&gt;signs&lt;/b&gt;, typed before the session ended."
    )
    assert fields["then"] == "next"


async def test_a_stale_token_loses_nothing_and_a_foreign_page_gets_nothing(
    application: UUID, omar: Browser
) -> None:
    text = "A text of some length that somebody typed with great care."
    form = {"_csrf_token": "of-yesterday", **asks(text)}
    same = await omar.post(page_of(application), data=form, headers={"sec-fetch-site": "same-origin"})
    assert same.status_code == 403
    assert "Send again" in same.text
    assert text in same.text
    fresh = re.search(r'name="_csrf_token" value="([0-9a-f]{64})"', same.text)
    assert fresh
    taken = await omar.post(page_of(application), data={**form, "_csrf_token": fresh[1]})
    assert taken.status_code == 303
    for headers in ({"sec-fetch-site": "cross-site"}, {}):
        foreign = await omar.post(page_of(application), data=form, headers=headers)
        assert foreign.status_code == 403
        assert text not in foreign.text


HOSTILE = ["\u202e" * 50, "<script>alert(1)</script>", "x" * 12_001, "Ђ" * 300, "\r\n\r\n", "' OR 1=1 --"]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_values_come_back_as_text(application: UUID, omar: Browser, value: str) -> None:
    for name in ("summary", "seen", "began", "then", "void", "merging", "choice-summary", "mine-summary"):
        page = await omar.send_form(page_of(application), asks("A fair summary") | {name: value})
        assert page.status_code < 500
        assert "<script>alert" not in page.text
    kept = await omar.send_form(f"{page_of(application)}/copy", asks(value), headers=QUIET)
    assert kept.status_code == 204
    assert "<script>alert" not in (await omar.get(page_of(application))).text


async def test_sign_out_leaves_nothing_behind(application: UUID, omar: Browser) -> None:
    await omar.send_form(f"{page_of(application)}/copy", asks("Mine"), headers=QUIET)
    await omar.send_form("/sign-out")
    omar.cookies.delete(cookies.SESSION) if cookies.SESSION in omar.cookies else None
    page = await omar.get(page_of(application))
    assert (page.status_code, page.headers["location"].startswith("/sign-in")) == (303, True)


async def test_a_partner_keeps_what_it_types_in_its_own_part(
    db: Database, stage: Stage, application: UUID, omar: Browser, browse: Browsers
) -> None:
    vesa = await browse(stage.vesa)
    path = f"/applications/{application}/part/own"
    page = await vesa.get(path)
    assert f'data-autosave="{path}/copy"' in page.text
    typed = {"seen": "anything", "part": "We host", "secret": "Half a secr"}
    assert (await vesa.send_form(f"{path}/copy", typed, headers=QUIET)).status_code == 204
    again = await vesa.get(path)
    assert text_in(again, "secret") == "Half a secr"
    assert "unsaved" in states(again)
    leads = f"/applications/{application}/parties/{await partner_of(db, application)}/part/own"
    for other in (path, leads, page_of(application)):
        assert "Half a secr" not in (await omar.get(other)).text
    assert (await omar.send_form(f"{path}/copy", typed, headers=QUIET)).status_code == 204
    assert text_in(await vesa.get(path), "secret") == "Half a secr"
    gone = await vesa.send_form(f"{path}/discard")
    assert gone.headers["location"] == path
    assert text_in(await vesa.get(path), "secret") == ""


async def test_the_themes_are_those_that_the_call_was_published_with(
    db: Database, stage: Stage, application: UUID, omar: Browser, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        tx.add(Theme(code="EMERG.NEW", name="What came later", active=True))
        (await tx.get(Theme, "X.SIENA")).active = False
        (await tx.get(Theme, "X.JIT")).name = "Called otherwise"
    vesa = await browse(stage.vesa)
    own = f"/applications/{application}/part/own"
    for browser, path in ((omar, page_of(application)), (vesa, own)):
        page = (await browser.get(path)).text
        assert ('value="X.SIENA"' in page, "EMERG.NEW" in page, "Called otherwise" in page) == (
            True,
            False,
            False,
        )
    strange = await omar.send_form(page_of(application), {**asks("Three days"), "themes": ["EMERG.NEW"]})
    assert (strange.status_code, "f-themes-error" in strange.text) == (422, True)
    assert (
        await omar.send_form(page_of(application), {**asks("Three days"), "themes": ["X.JIT"]})
    ).status_code == 303
    seen = value_of(await vesa.get(own), "seen")
    chosen = {"seen": seen, "part": "We host", "secret": "", "topics": ["X.SIENA", "X.JIT"]}
    assert (await vesa.send_form(own, {**chosen, "topics": ["EMERG.NEW"]})).status_code == 422
    assert (await vesa.send_form(own, chosen)).status_code == 303
    assert (await stored(db, application, "own"))["topics"] == ["X.JIT", "X.SIENA"]
    check_page = (await omar.get(f"/applications/{application}/check")).text
    assert check_page.count("Joint investigation teams") == 2


async def partner_of(db: Database, application: UUID) -> UUID:
    async with db.transaction(now=clock.now()) as tx:
        return await party_id(tx, application)
