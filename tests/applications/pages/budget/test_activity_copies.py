"""What is typed of an activity is never lost: kept for its person, shown again, saved, discarded, or chosen between two."""

import re

import pytest
from sqlalchemy import func, select

from facility import clock
from facility.accounts.service.people import add_user
from facility.applications.models.budget import PlannedActivity
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.parties import remove_party
from facility.applications.service.replacement import replace_party
from facility.db import Database
from facility.drafting.models import UnsavedText
from facility.events.models import EventRow
from facility.web.access import Role
from tests.applications.budgets import TRIP, WORKSHOP, Ground
from tests.applications.conftest import Stage
from tests.applications.pages.budget.reading import version
from tests.applications.pages.budget.test_activities import people, plans, typed
from tests.browser import Browser, Browsers, errors, gives_reason, notices, states

QUIET = {"x-autosave": "1"}
HALF = "Half a <b>sent"


@pytest.fixture
async def besa(db: Database, stage: Stage, browse: Browsers) -> Browser:
    """The browser of a colleague of Omar's."""
    async with db.transaction(now=clock.now()) as tx:
        person = await add_user(
            tx, name="Besa Hoxha", email="besa@example.org", roles=[Role.OFFICER], institution_id=stage.police
        )
    return await browse(person.id)


def here(ground: Ground, activity: str = "") -> str:
    """The form of an activity, or of a new one."""
    below = ground.activities[activity] if activity else "add"
    return f"/applications/{ground.application}/activities/{below}"


async def copies(db: Database) -> list[str]:
    """The keys of what is kept for anybody."""
    async with db.transaction(now=clock.now()) as tx:
        return list(await tx.session.scalars(select(UnsavedText.section)))


async def events(db: Database) -> int:
    async with db.transaction(now=clock.now()) as tx:
        return await tx.session.scalar(select(func.count()).select_from(EventRow)) or 0


async def test_what_is_typed_is_there_on_another_machine_and_nothing_has_happened(
    db: Database, stage: Stage, ground: Ground, omar: Browser, browse: Browsers, besa: Browser
) -> None:
    path, before = here(ground, WORKSHOP), await events(db)
    page = await omar.get(path)
    assert f'data-autosave="{path}/copy"' in page.text
    assert f'formaction="{path}/copy"' in page.text
    half = typed(ground, seen="0", title="", days="many", purpose=HALF, by=str(stage.omar))
    kept = await omar.send_form(f"{path}/copy", half, headers=QUIET)
    assert (kept.status_code, kept.headers["cache-control"]) == (204, "no-store")
    assert (await events(db), (await plans(db))[0].place) == (before, "Tirana")
    elsewhere = await (await browse(stage.omar)).get(path)
    assert "unsaved" in states(elsewhere)
    assert "Half a &lt;b&gt;sent</textarea>" in elsewhere.text
    assert 'value="many"' in elsewhere.text
    application = f"/applications/{ground.application}"
    for browser, marked in ((omar, 1), (besa, 0)):
        for listing in (application, f"{application}/activities"):
            assert states(await browser.get(listing)).count("unsaved-there") == marked
    assert f'href="{application}/activities">Activities</a>' in (await omar.get(f"{application}/check")).text
    hers = (await besa.get(path)).text
    assert ("colleague-writes" in states(hers), HALF in hers, "unsaved" in states(hers)) == (
        True,
        False,
        False,
    )
    gone = await omar.send_form(f"{path}/discard")
    assert (gone.headers["location"], await copies(db)) == (path, [])
    assert "unsaved" not in states(await omar.get(path))


async def test_a_new_one_is_kept_for_later_without_a_script(
    db: Database, ground: Ground, omar: Browser
) -> None:
    path, listing = here(ground), f"/applications/{ground.application}/activities"
    later = await omar.send_form(f"{path}/copy", typed(ground, place=""))
    assert later.headers["location"] == listing
    page = (await omar.get(listing)).text
    assert notices(page) == ["wait", "wait"]
    assert "unsaved-new" in states(page)
    again = await omar.get(path)
    assert ("unsaved" in states(again), 'value="Ballistics"' in again.text) == (True, True)
    assert (await omar.send_form(f"{path}/discard")).headers["location"] == listing
    await omar.send_form(f"{path}/copy", typed(ground), headers=QUIET)
    assert (await omar.send_form(path, typed(ground))).headers["location"] == listing
    assert (await copies(db), len(await plans(db))) == ([], 3)


async def test_what_is_wrong_and_what_would_void_confirmations_is_kept(
    db: Database, ground: Ground, omar: Browser
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await confirm_party(tx, ground.parties["XK"], signatory_name="V", signatory_function="D")
    path = here(ground, WORKSHOP)
    wrong = await omar.send_form(path, typed(ground, seen="0", days="many", purpose="Both trace"))
    assert (wrong.status_code, errors(wrong), await copies(db)) == (
        422,
        ["days"],
        [f"activity-{ground.activities[WORKSHOP]}"],
    )
    assert "Both trace</textarea>" in (await omar.get(path)).text
    loud = typed(ground, seen="0", purpose="To trace weapons together")
    question = await omar.send_form(path, loud)
    assert (question.status_code, "Save and void the confirmations" in question.text) == (409, True)
    assert "What it is for: what would change" in question.text
    assert "<del>firearms</del>" in question.text
    assert "To trace weapons together</textarea>" in (await omar.get(path)).text
    assert (await omar.send_form(path, {**loud, "void": "yes"})).status_code == 303
    assert await copies(db) == []


async def test_two_officers_in_one_activity_see_both_and_choose(
    db: Database, ground: Ground, omar: Browser, besa: Browser
) -> None:
    path = here(ground, WORKSHOP)
    stands = typed(ground, seen="0", title="Tracing workshop", place="Tirana", country="AL", days="3")
    stands |= {"month": "2027-03", f"people-{ground.parties['XK']}": "16"}
    stands |= {f"people-{ground.parties['AL']}": "8"}
    hers = {**stands, "purpose": "To trace weapons together", "days": "4"}
    mine = {**stands, "purpose": "To trace firearms and parts together", "place": "Durrës"}
    await omar.send_form(f"{path}/copy", mine, headers=QUIET)
    assert (await besa.send_form(path, hers)).status_code == 303
    assert "saved-meanwhile" in states(await omar.get(path))
    both = await omar.send_form(path, mine)
    assert both.status_code == 409
    assert "saved-meanwhile" in states(both)
    assert re.findall(r'id="clash-([a-z_]+)"', both.text) == ["place", "days", "purpose"]
    assert "changed-by-you" in states(both)  # the town
    assert "changed-by-them" in states(both)  # the days
    assert f"activity-{ground.activities[WORKSHOP]}" in await copies(db)
    merging = {
        **mine,
        "seen": "1",
        "began": "0",
        "merging": "yes",
        "mine-place": "Durrës",
        "theirs-place": "Tirana",
        "choice-place": "mine",
        "mine-days": "3",
        "theirs-days": "4",
        "choice-days": "theirs",
        "mine-purpose": mine["purpose"],
        "theirs-purpose": hers["purpose"],
    }
    undecided = await omar.send_form(path, merging)
    assert (undecided.status_code, errors(undecided)) == (422, ["choice-purpose"])
    edited = {**merging, "choice-purpose": "edit", "purpose": "Both"}
    assert (await omar.send_form(path, edited)).status_code == 303
    saved = (await plans(db))[0]
    assert (saved.place, saved.days, saved.purpose) == ("Durrës", 4, "Both")
    assert await copies(db) == []


async def test_what_others_save_elsewhere_is_no_reason_to_ask(
    db: Database, ground: Ground, omar: Browser, besa: Browser
) -> None:
    assert (await besa.send_form(here(ground, TRIP), typed(ground, seen="0"))).status_code == 303
    saved = await omar.send_form(here(ground, WORKSHOP), typed(ground, seen="0", title="Mine"))
    assert (saved.status_code, [plan.title for plan in await plans(db)]) == (303, ["Mine", "Ballistics"])


async def test_the_same_one_is_not_added_twice_and_another_one_is_named(
    db: Database, ground: Ground, omar: Browser, besa: Browser
) -> None:
    path, listing = here(ground), f"/applications/{ground.application}/activities"
    for _click in range(2):
        assert (await omar.send_form(path, typed(ground))).headers["location"] == listing
    assert (len(await plans(db)), await copies(db)) == (3, [])
    page = await besa.send_form(path, typed(ground, title="Fingerprints", purpose="Hers"))
    assert (page.status_code, len(await plans(db))) == (409, 3)
    assert "entry-added" in states(page)
    assert f'<a href="{listing}">Ballistics</a>, by Omar Hoxha on' in page.text
    assert "Hers</textarea>" in page.text
    assert 'name="seen" value="3"' in page.text
    assert await copies(db) == ["activity-new"]
    added = await besa.send_form(path, typed(ground, seen="3", title="Fingerprints", purpose="Hers"))
    assert (added.status_code, len(await plans(db))) == (303, 4)


async def test_removing_an_activity_ends_what_is_typed_of_it(
    db: Database, ground: Ground, omar: Browser, besa: Browser
) -> None:
    path, text = here(ground, TRIP), "A text that somebody was still at when it was removed."
    for browser in (omar, besa):
        await browser.send_form(f"{path}/copy", typed(ground, seen="0", purpose=text), headers=QUIET)
    await omar.send_form(f"{here(ground, WORKSHOP)}/copy", typed(ground, seen="0"), headers=QUIET)
    await omar.send_form(f"{path}/remove", {"version": await version(db, ground.application)})
    assert await copies(db) == [f"activity-{ground.activities[WORKSHOP]}"]
    late = await besa.send_form(f"{path}/copy", typed(ground, purpose=text), headers=QUIET)
    assert (late.status_code, late.headers["x-reason"]) == (409, "removed")
    page = await besa.send_form(path, typed(ground, purpose=text), headers={"sec-fetch-site": "same-origin"})
    assert (page.status_code, text in page.text) == (404, True)  # to copy
    assert gives_reason(page, "removed")


async def test_a_party_that_goes_or_comes_meanwhile_takes_no_figure_along(
    db: Database, stage: Stage, ground: Ground, omar: Browser
) -> None:
    path, workshop = here(ground, WORKSHOP), ground.activities[WORKSHOP]
    form = typed(ground, seen="0", **{f"people-{ground.parties['AL']}": "5"})
    await omar.send_form(f"{path}/copy", form, headers=QUIET)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await remove_party(tx, ground.parties["ME"])
        new = await replace_party(
            tx,
            ground.parties["XK"],
            institution_id=stage.turkish,
            contact_name="Deniz",
            contact_email="deniz@example.org",
        )
    again = await omar.get(path)
    assert "unsaved" in states(again)
    assert f'name="people-{new.id}" type="text" value="16"' in again.text
    assert (await omar.send_form(f"{path}/copy", form, headers=QUIET)).status_code == 204
    assert (await omar.send_form(path, form)).status_code == 303
    assert await people(db, workshop) == {ground.parties["AL"]: 5, new.id: 16}


async def test_it_is_not_kept_in_the_name_of_another_nor_for_others(
    db: Database, stage: Stage, ground: Ground, omar: Browser, besa: Browser, browse: Browsers
) -> None:
    form, vesa = typed(ground, by=str(stage.omar)), await browse(stage.vesa)
    for path in (here(ground), here(ground, WORKSHOP)):
        refused = await besa.send_form(f"{path}/copy", form, headers=QUIET)
        assert (refused.status_code, refused.headers["x-reason"]) == (409, "other_person")
        assert (await besa.send_form(path, form)).status_code == 409
        assert (await omar.send_form(f"{path}/copy", {**form, "evil": "1"})).status_code == 400
        for below in ("copy", "discard"):
            assert (await vesa.send_form(f"{path}/{below}", typed(ground))).status_code == 404
    assert (await copies(db), len(await plans(db))) == ([], 2)


async def test_what_is_too_long_to_be_kept_still_stands_in_the_form(
    db: Database, ground: Ground, omar: Browser
) -> None:
    endless = "x" * 400_001
    quiet = await omar.send_form(f"{here(ground)}/copy", typed(ground, purpose=endless), headers=QUIET)
    assert (quiet.status_code, quiet.headers["x-reason"]) == (422, "copy_too_long")
    page = await omar.send_form(here(ground), typed(ground, purpose=endless))
    assert (page.status_code, errors(page), endless in page.text) == (422, ["purpose"], True)
    async with db.transaction(now=clock.now()) as tx:
        assert await tx.session.scalar(select(func.count()).select_from(PlannedActivity)) == 2
