"""Questions that a corrigendum adds to a published form: written by one, checked and published by another."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.forms.corrigendum import shown_corrigendum
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.pages.adding import ONLY_CHANGE
from facility.calls.rules.call import CallDraft
from facility.calls.service.reading import draft_of, form_of
from facility.calls.words.calls import CHANGED_MEANWHILE
from facility.calls.words.changes import NEW_NEEDED_QUESTION
from facility.db import Database
from facility.forms.checks import Length, Required
from facility.forms.types import FieldType, Option
from tests.browser import Browser, Browsers, error_at, errors, gives_reason, says
from tests.calls.conftest import store
from tests.calls.test_life_pages import REASON, current_draft
from tests.cast import Cast


@pytest.fixture
async def published(db: Database, cast: Cast, draft: CallDraft) -> UUID:
    """A call that is open for some weeks."""
    return await store(db, cast, draft)


async def seen(db: Database) -> str:
    """When the corrigendum under way was written, as a page carries it."""
    async with db.reader() as connection:
        query = select(CallVersion.drafted_at).where(CallVersion.number == 2)
        return (await connection.execute(query)).scalar_one().isoformat()


async def add(browser: Browser, here: str, label: str, type_: str, **more: str) -> str:
    """Add a question under "ask"; where that leads."""
    sent = {"section": "ask", "label": label, "type": type_, "seen": "", **more}
    answer = await browser.send_form(here, sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_question_is_added_by_one_and_published_by_another(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    base = f"/staff/calls/{published}/corrigendum"
    here = f"{base}/questions"
    assert (await ada.get(here)).status_code == 200
    there = await add(ada, here, "How will it be seen?", "one_of", reason=REASON)
    assert there == f"{here}/ask/how_will_it_be_seen"
    assert (await ada.get(there)).status_code == 200
    settings = {
        "label": "How will it be seen?",
        "options": "In public\r\nNot at all",
        "required": "yes",
        "material": "yes",
    }
    wrong = await ada.send_form(there, {**settings, "options": "One", "seen": await seen(db)})
    assert (wrong.status_code, errors(wrong), "40" in error_at(wrong, "options")) == (422, ["options"], True)
    empty = await ada.send_form(there, {**settings, "options": " ", "seen": await seen(db)})
    assert error_at(empty, "options") == error_at(wrong, "options")
    saved = await ada.send_form(there, {**settings, "seen": await seen(db)})
    assert (saved.status_code, saved.headers["location"]) == (303, here)
    means = {"section": "What you ask for, and why", "label": "How will it be seen?"}
    assert says(await ada.get(here), NEW_NEEDED_QUESTION, **means)
    # Its other texts are corrected on their own page, and the question stays.
    texts = {
        **shown_corrigendum(await current_draft(db, published)),
        "title": "Better named",
        "reason": REASON,
    }
    assert (await ada.send_form(f"{base}/edit", {**texts, "seen": await seen(db)})).status_code == 303
    own, other = (await ada.get(base)).text, (await vera.get(base)).text
    assert [f'action="{base}/publish"' in page for page in (own, other)] == [False, True]
    assert says(other, NEW_NEEDED_QUESTION, **means)
    for phrase in ("not asked", "In public; Not at all", "One of several answers · must be answered"):
        assert phrase in other
    done = await vera.send_form(f"{base}/publish", {"seen": await seen(db)})
    assert done.status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        call = await tx.get(Call, published)
        field = form_of(call).section("ask").fields[-1]  # type: ignore[union-attr]
    assert (call.title, field.key, field.type) == ("Better named", "how_will_it_be_seen", FieldType.ONE_OF)
    assert field.options == (Option("in_public", "In public"), Option("not_at_all", "Not at all"))
    assert field.checks == (Required(),)


async def test_what_is_published_is_not_edited_and_what_is_added_is_taken_out_again(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    here = f"/staff/calls/{published}/corrigendum/questions"
    await add(ada, here, "First?", "long_text", reason=REASON)
    await add(ada, here, "Second?", "yes_no", seen=await seen(db))
    for key in ("title", "none"):
        for path in (f"{here}/ask/{key}", f"{here}/ask/{key}/remove"):
            assert (await ada.send_form(path, {"label": "Other", "seen": ""})).status_code == 404
    assert (await ada.send_form(f"{here}/ask/first/remove", {"seen": await seen(db)})).status_code == 303
    last = await ada.send_form(f"{here}/ask/second/remove", {"seen": await seen(db)})
    assert (last.status_code, says(last, ONLY_CHANGE)) == (422, True)
    async with db.transaction(now=clock.now()) as tx:
        content = (await tx.get(CallVersion, (published, 2))).content
        before = draft_of(await tx.get(Call, published)).form
    fields = msgspec.convert(content, CallDraft, strict=False).form.section("ask").fields  # type: ignore[union-attr]
    assert [field.key for field in fields] == [*(field.key for field in before.sections[0].fields), "second"]
    assert not any(isinstance(check, Length) for check in fields[-1].checks)


async def test_what_is_wrong_is_told_and_kept(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    here = f"/staff/calls/{published}/corrigendum/questions"
    page = await ada.send_form(
        here, {"section": "none", "label": "Why now?", "type": "x", "reason": " ", "seen": ""}
    )
    named = [name for name in ("section", "label", "type", "reason") if f'href="#f-{name}"' in page.text]
    assert (page.status_code, named, "Why now?" in page.text) == (422, ["section", "type", "reason"], True)
    await add(ada, here, "Why now?", "long_text", reason=REASON)
    before = await seen(db)
    await add(vera, here, "And then?", "long_text", seen=before)
    stale = await ada.send_form(f"{here}/ask/why_now", {"label": "Why only now?", "seen": before})
    assert (stale.status_code, says(stale, CHANGED_MEANWHILE, name="Vera Novak")) == (409, True)
    assert "Why only now?" in stale.text
    # Whoever saw no corrigendum does not go over the one that is begun.
    texts = {
        **shown_corrigendum(await current_draft(db, published)),
        "title": "Other",
        "reason": REASON,
        "seen": "",
    }
    assert (await ada.send_form(f"/staff/calls/{published}/corrigendum/edit", texts)).status_code == 409


async def test_shortly_before_the_deadline_nobody_is_asked_more(
    db: Database,
    cast: Cast,
    draft: CallDraft,
    browse: Browsers,
) -> None:
    soon = await store(db, cast, draft, closes_at=clock.now() + timedelta(days=2))
    ada = await browse(cast.ada)
    here = f"/staff/calls/{soon}/corrigendum/questions"
    sent = {"section": "ask", "label": "One more?", "type": "yes_no", "reason": REASON, "seen": ""}
    page = await ada.send_form(here, sent)
    assert (page.status_code, gives_reason(page, "too_little_notice", days=5)) == (422, True)
