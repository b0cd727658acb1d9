"""A part that each party fills in for itself: signed in, or its lead in its stead."""

from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.applications.models.application import SectionAnswers
from facility.db import Database
from tests.applications.conftest import Stage
from tests.applications.pages.partners.conftest import QUIET, SECRET, filled, hidden, partner
from tests.browser import Browsers, states


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
    page = await omar.get(path)
    assert ('name="part"' in page.text, 'name="secret"' in page.text, SECRET in page.text) == (
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
    page = await vesa.get(own)
    assert ("Mine" in page.text, "saved-meanwhile" in states(page)) == (True, True)
    question = await vesa.send_form(own, {**typed, "seen": hidden(page, "seen")})
    assert (question.status_code, "The lead&#39;s" in question.text) == (409, True)
    assert (await vesa.send_form(own, {**typed, "seen": hidden(question, "seen")})).status_code == 303
