"""A part that is filled in by a link: saved, kept while it is typed, never lost between two who type."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.db import Database
from facility.drafting.models import UnsavedText
from tests.applications.conftest import Stage
from tests.applications.pages.partners.conftest import (
    QUIET,
    SECRET,
    filled,
    hidden,
    invite,
    link_copies,
    partner,
)
from tests.browser import Browsers, states


async def test_a_part_by_link_is_saved_and_the_link_stays_good(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    anybody, path = await browse(), await invite(db, stage, asking)
    done = await filled(anybody, f"{path}/part/own", {"part": "Hosts", "secret": SECRET})
    assert (done.status_code, done.headers["location"]) == (303, path)
    stale = await anybody.send_form(f"{path}/part/own", {"seen": "0", "part": "Other", "secret": ""})
    assert (stale.status_code, "changed-meanwhile" in states(stale)) == (409, True)
    page = await anybody.get(path)
    answer = {"signatory_name": "", "signatory_function": "", "reason": "", "seen": hidden(page, "seen")}
    wrong = await anybody.send_form(path, {**answer, "answer": "change", "wish": " "})
    assert (wrong.status_code, "f-wish" in wrong.text) == (422, True)
    wished = await anybody.send_form(path, {**answer, "answer": "change", "wish": "Other days"})
    assert wished.status_code == 303
    page = await anybody.get(path)
    assert ("Waiting for the lead" in page.text, "We ask for a change" in page.text) == (True, False)
    signed = {"answer": "confirm", "signatory_name": "Vesa", "signatory_function": "Director", "reason": ""}
    assert (await anybody.send_form(path, {**signed, "seen": hidden(page, "seen")})).status_code == 303
    assert (await anybody.get(f"{path}/part/own")).status_code == 409
    assert (await anybody.send_form(f"{path}/part/own", {"part": "Late"})).status_code == 409


async def test_what_is_typed_by_a_link_is_there_on_another_machine(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    anybody, path = await browse(), await invite(db, stage, asking)
    own = f"{path}/part/own"
    first = await anybody.get(own)
    assert f'data-autosave="{own}/copy"' in first.text
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.session.scalars(select(UnsavedText))).all() == []
    typed = {
        "seen": hidden(first, "seen"),
        "sitting": hidden(first, "sitting"),
        "part": "Hosts half",
        "secret": SECRET,
    }
    assert (await anybody.send_form(f"{own}/copy", typed, headers=QUIET)).status_code == 204
    elsewhere = await (await browse()).get(own)
    assert ("Hosts half" in elsewhere.text, "unsaved" in states(elsewhere)) == (True, True)
    assert "unsaved-there" in states(await anybody.get(path))
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
    reloaded = await anybody.get(own)
    taken_up = {name: hidden(reloaded, name) for name in ("sitting", "resumed", "resumed_at")}
    gone = await anybody.send_form(f"{own}/discard", taken_up)
    assert (gone.headers["location"], await link_copies(db)) == (own, [])
    wrong = await filled(anybody, own, {"part": "x" * 12_001, "secret": ""})
    assert (wrong.status_code, await link_copies(db)) == (422, ["x" * 12_001])
    assert (await anybody.send_form(f"{own}/copy", {**typed, "resumed_at": "soon"})).status_code == 400


async def test_two_who_type_by_one_link_lose_nothing(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    anybody, own = await browse(), f"{await invite(db, stage, asking)}/part/own"
    pages = [await anybody.get(own), await anybody.get(own)]
    both = [
        {"seen": hidden(page, "seen"), "sitting": hidden(page, "sitting"), "part": words, "secret": ""}
        for page, words in zip(pages, ("Hosts", "Feeds"), strict=True)
    ]
    for typed in both:
        await anybody.send_form(f"{own}/copy", typed, headers=QUIET)
    third = await anybody.get(own)
    assert ("Feeds" in third.text, "unsaved-on-another-page" in states(third)) == (
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
    page = await anybody.get(f"{own}?typed={both[0]['sitting']}")
    late = {name: hidden(page, name) for name in ("seen", "sitting", "resumed", "resumed_at")}
    assert "saved-meanwhile" in states(page)
    again = await anybody.send_form(own, {**late, "part": "Hosts and hosts", "secret": ""})
    assert again.status_code == 409
    renewed = {"seen": hidden(again, "seen"), "sitting": late["sitting"], "part": "Both", "secret": ""}
    assert (await anybody.send_form(own, renewed)).status_code == 303
    assert await link_copies(db) == ["Hosts?"]


async def test_an_old_link_keeps_nothing_and_the_new_one_shows_what_was_kept(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    anybody, old = await browse(), f"{await invite(db, stage, asking)}/part/own"
    page = await anybody.get(old)
    typed = {"seen": hidden(page, "seen"), "sitting": hidden(page, "sitting"), "part": "Hosts", "secret": ""}
    await anybody.send_form(f"{old}/copy", typed, headers=QUIET)
    new = f"{await invite(db, stage, asking, timedelta(minutes=2))}/part/own"
    late = await anybody.send_form(f"{old}/copy", {**typed, "part": "Hosts it"}, headers=QUIET)
    assert (late.status_code, late.headers["x-reason"]) == (409, "link_revoked")
    assert ("Hosts" in (await anybody.get(new)).text, await link_copies(db)) == (True, ["Hosts"])
