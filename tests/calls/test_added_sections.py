"""Whole sections that a corrigendum adds: written by one, checked in full and published by another, asked of those who apply."""

from decimal import Decimal
from uuid import UUID

import pytest

from facility import clock
from facility.calls.pages.adding import ONLY_CHANGE
from facility.calls.rules.call import CallDraft
from facility.calls.rules.forms import By, FormDefinition
from facility.calls.words.calls import CHANGED_MEANWHILE
from facility.calls.words.changes import NEW_NEEDED_QUESTION, NEW_SECTION, PLACED_AFTER
from facility.db import Database
from facility.story.drafts import Part, write_draft
from tests.browser import Browser, Browsers, error_at, errors, gives_reason, says
from tests.calls.conftest import store
from tests.calls.test_added_questions import seen
from tests.calls.test_life_pages import REASON, current_draft
from tests.cast import Cast

SAFETY = {
    "title": "Safety of participants",
    "hint": "Travel advice of the Union’s Delegations counts.",
    "by": "lead",
    "behind": "casework",
    "label": "What could happen?",
    "type": "long_text",
}
OWN = {
    **SAFETY,
    "title": "Your people",
    "hint": "",
    "by": "party",
    "behind": "documents",
    "label": "Who drives?",
}


@pytest.fixture
async def published(db: Database, cast: Cast, draft: CallDraft) -> UUID:
    """A call that is open for some weeks."""
    return await store(db, cast, draft)


async def add(browser: Browser, here: str, sent: dict[str, str], **more: str) -> str:
    """Add a section; the page of its first question."""
    answer = await browser.send_form(f"{here}/sections", {**sent, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def added(db: Database, browser: Browser, here: str) -> None:
    """Both sections, the first question of each needed."""
    for sent, more in ((SAFETY, {"reason": REASON, "seen": ""}), (OWN, {})):
        there = await add(browser, here, sent, **(more or {"seen": await seen(db)}))
        settings = {"label": sent["label"], "required": "yes", "material": "yes", "seen": await seen(db)}
        assert (await browser.send_form(there, settings)).headers["location"] == f"{here}/questions"


async def form(db: Database, call_id: UUID) -> FormDefinition:
    return (await current_draft(db, call_id)).form


async def test_sections_are_added_by_one_and_seen_in_full_by_the_other_who_publishes_them(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    here = f"/staff/calls/{published}/corrigendum"
    before = await form(db, published)
    assert 'value="lead" checked' in (await ada.get(f"{here}/sections")).text
    await added(db, ada, here)
    listed = (await ada.get(f"{here}/questions")).text
    assert listed.count("New section") == 2
    phrases = [
        "The lead, once for all",
        "Travel advice of the Union’s Delegations counts.",
        "Under “Safety of participants”: What could happen?",
        "A long text · must be answered",
        "Every institution, for itself",
        "Under “Your people”: Who drives?",
    ]
    page = (await vera.get(here)).text
    assert [phrase for phrase in phrases if phrase not in page] == []
    safety = "Safety of participants"
    assert says(page, NEW_SECTION[By.LEAD], section=safety)
    assert says(page, NEW_NEEDED_QUESTION, section=safety, label="What could happen?")
    assert says(page, NEW_SECTION[By.PARTY], section="Your people")
    assert says(page, PLACED_AFTER, title="Where it comes from in casework")
    assert (await vera.send_form(f"{here}/publish", {"seen": await seen(db)})).status_code == 303
    after = await form(db, published)
    assert [section.key for section in after.sections] == [
        "ask",
        "themes",
        "casework",
        "safety_of_participants",
        "partners",
        "documents",
        "your_people",
    ]
    assert [section for section in after.sections if section in before.sections] == list(before.sections)
    public = (
        await (await browse()).get(f"/calls/{(await current_draft(db, published)).reference}/changes")
    ).text
    assert [phrase for phrase in phrases if phrase not in public] == []
    assert says(public, PLACED_AFTER, title="Where it comes from in casework")


async def test_drafts_begun_learn_of_it_and_are_asked(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=clock.now(), actor=cast.omar) as tx:
        lead = Part(cast.albanian_police, "Leads", Decimal(0))
        hosts = Part(
            cast.kosovo_police,
            "Hosts the workshop.",
            Decimal("5000.00"),
            "Petra Gashi",
            "petra@example.org",
        )
        begun = await write_draft(tx, published, "Begun", lead, [hosts])
        (partner,) = begun.partners
    ada, vera, omar = [await browse(person) for person in (cast.ada, cast.vera, cast.omar)]
    here = f"/staff/calls/{published}/corrigendum"
    await added(db, ada, here)
    assert (await vera.send_form(f"{here}/publish", {"seen": await seen(db)})).status_code == 303
    tasks = (await omar.get(f"/applications/{begun.id}")).text
    assert says(tasks, NEW_SECTION[By.LEAD], section="Safety of participants")
    first = f"/applications/{begun.id}/answers/safety_of_participants"
    assert f'href="{first}#f-what_could_happen"' in tasks
    assert "What could happen?" in (await omar.get(first)).text
    own = f"/applications/{begun.id}/part/your_people"
    assert "Who drives?" in (await omar.get(own)).text
    check = (await omar.get(f"/applications/{begun.id}/check")).text
    assert [label in check for label in ("What could happen?", "Who drives?")] == [True, True]
    signed = {
        "signatory_name": "Omar Hoxha",
        "signatory_function": "Head",
        "version": await version(omar, begun.id),
    }
    signed |= dict.fromkeys(
        ("true_and_complete", "mandate", "no_double_funding", "nothing_classified"), "yes"
    )
    refused = await omar.send_form(f"/applications/{begun.id}/submit", signed)
    assert refused.status_code == 409
    theirs = f"/applications/{begun.id}/parties/{partner}/part/your_people"
    for place in (f"{first}#f-what_could_happen", f"{own}#f-who_drives", f"{theirs}#f-who_drives"):
        assert f'href="{place}"' in refused.text


async def version(omar: Browser, key: UUID) -> str:
    """The version of the draft, as a form of it carries it."""
    page = await omar.get(f"/applications/{key}/documents")
    return page.text.split('name="version" value="')[1].split('"')[0]


async def test_a_section_that_is_added_is_changed_moved_and_taken_out_again(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    here = f"/staff/calls/{published}/corrigendum"
    await added(db, ada, here)
    settings = {"title": "Safety", "hint": "", "by": "lead", "behind": "ask"}
    at = f"{here}/sections/safety_of_participants"
    assert (await ada.get(at)).status_code == 200
    saved = await ada.send_form(at, {**settings, "seen": await seen(db)})
    assert saved.headers["location"] == f"{here}/questions"
    # A question is not taken out when it is the section's only one: the section is.
    only = await ada.send_form(
        f"{here}/questions/safety_of_participants/what_could_happen/remove", {"seen": await seen(db)}
    )
    assert (only.status_code, gives_reason(only, "section_empty")) == (422, True)
    gone = await ada.send_form(f"{here}/sections/your_people/remove", {"seen": await seen(db)})
    assert gone.status_code == 303
    assert "Your people" not in (await ada.get(here)).text
    assert says(await ada.get(here), PLACED_AFTER, title="What you ask for, and why")
    last = await ada.send_form(f"{at}/remove", {"seen": await seen(db)})
    assert (last.status_code, says(last, ONLY_CHANGE)) == (422, True)


async def test_what_is_wrong_with_a_section_stands_at_its_field_and_is_kept(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    here = f"/staff/calls/{published}/corrigendum"
    sent = {
        **SAFETY,
        "title": "x" * 151,
        "behind": "none",
        "by": "all",
        "label": "",
        "type": "x",
        "reason": " ",
    }
    page = await ada.send_form(f"{here}/sections", {**sent, "seen": ""})
    assert page.status_code == 422
    assert sorted(errors(page)) == sorted(["title", "by", "behind", "label", "type", "reason"])
    assert "x" * 151 in page.text
    await added(db, ada, here)
    at = f"{here}/sections/your_people"
    settings = {"label": "Who drives?", "confidential": "yes", "material": "yes"}
    question = f"{here}/questions/your_people/who_drives"
    assert (await ada.send_form(question, {**settings, "seen": await seen(db)})).status_code == 303
    mine = {"title": "Your people", "hint": "", "by": "lead", "behind": "ask"}
    answer = await ada.send_form(at, {**mine, "seen": await seen(db)})
    assert answer.status_code == 422
    assert gives_reason(error_at(answer, "by"), "confidential_not_by_party")
    stale = await vera.send_form(
        at, {**mine, "title": "Theirs", "by": "party", "seen": "2020-01-01T00:00:00+00:00"}
    )
    assert (stale.status_code, "Theirs" in stale.text) == (409, True)
    assert says(stale, CHANGED_MEANWHILE, name="Ada Berisha")


async def test_what_is_published_is_no_section_of_the_corrigendum(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    here = f"/staff/calls/{published}/corrigendum"
    await added(db, ada, here)
    settings = {"title": "Other", "hint": "", "by": "lead", "behind": "themes", "seen": await seen(db)}
    for key in ("ask", "none"):
        assert (await ada.get(f"{here}/sections/{key}")).status_code == 404
        assert (await ada.send_form(f"{here}/sections/{key}", settings)).status_code == 404
        assert (await ada.send_form(f"{here}/sections/{key}/remove", {"seen": ""})).status_code == 404


async def test_a_section_never_takes_the_place_of_a_page_that_every_application_has(
    db: Database, cast: Cast, published: UUID, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    here = f"/staff/calls/{published}/corrigendum"
    there = await add(ada, here, {**SAFETY, "title": "Check"}, reason=REASON, seen="")
    assert there == f"{here}/questions/check_2/what_could_happen"
