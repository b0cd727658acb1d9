"""A draft on its pages: begun, filled in, saved over a confirmation, and not there for whom it does not concern."""

from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.accounts.service.people import add_user
from facility.applications.models.application import Application, Party, SectionAnswers
from facility.db import Database
from facility.web.access import Role
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browsers, errors


async def summary(db: Database, application_id: UUID) -> str:
    """What its summary says."""
    async with db.transaction(now=clock.now()) as tx:
        query = select(SectionAnswers).where(
            SectionAnswers.application_id == application_id, SectionAnswers.section == "ask"
        )
        kept = (await tx.session.scalars(query)).first()
    return str(kept.answers.get("summary", "")) if kept else ""


async def test_a_draft_is_made_and_filled_in(db: Database, stage: Stage, browse: Browsers) -> None:
    omar = await browse(stage.omar)
    assert "TAF-2021-01: Joint initiatives" in (await omar.get("/applications/start")).text
    wrong = await omar.send_form("/applications/start", {"call_id": "x", "track": "both", "title": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["call_id", "track", "title"])
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "joint", "title": "Firearms"}
    )
    assert made.status_code == 303
    tasks = await omar.get(made.headers["location"])
    assert tasks.text.count("Not started") == 4
    assert "Cannot be submitted yet" in tasks.text
    assert "Continue: What you ask for, and why" in tasks.text
    saved = await omar.send_form(
        f"{made.headers['location']}/answers/ask",
        {"seen": "0", "title": "Firearms", "summary": "Line one\r\n\r\nLine two", "plan": ""},
    )
    assert saved.headers["location"] == made.headers["location"]
    async with db.transaction(now=clock.now()) as tx:
        application = (await tx.session.execute(select(Application))).scalar_one()
    assert (await summary(db, application.id), application.version, application.reference) == (
        "Line one\n\nLine two",
        2,
        "TAF-2021-01/001",
    )


async def test_saving_over_a_confirmation_asks_first(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    form = {"seen": "0", "title": "Firearms", "summary": "New words", "plan": ""}
    path = f"/applications/{confirmed}/answers/ask"
    warned = await omar.send_form(path, form)
    assert warned.status_code == 409
    assert "Save and void the confirmations" in warned.text
    assert "New words" in warned.text
    assert await summary(db, confirmed) == ""
    saved = await omar.send_form(path, {**form, "void": "yes"})
    assert saved.status_code == 303
    assert await summary(db, confirmed) == "New words"


async def test_who_sees_a_draft(
    db: Database, stage: Stage, draft: UUID, times: Times, browse: Browsers
) -> None:
    async with db.transaction(now=times.now) as tx:
        outsider = await add_user(
            tx,
            name="Oto Outsider",
            email="oto@example.org",
            roles=[Role.OFFICER],
            institution_id=stage.turkish,
        )
    seen = {}
    for name, person in {
        "omar": stage.omar,
        "vesa": stage.vesa,
        "oto": outsider.id,
        "sara": stage.sara,
        "carl": stage.carl,
    }.items():
        browser = await browse(person)
        seen[name] = [
            (await browser.get(f"/applications/{draft}{path}")).status_code for path in ("", "/check")
        ]
    assert seen == {
        "omar": [200, 200],
        "vesa": [200, 404],
        "oto": [404, 404],
        "sara": [404, 404],
        "carl": [404, 404],
    }
    assert (await (await browse()).get(f"/applications/{draft}")).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/answers/ask", "/partners", "/documents", "/check", "/receipt", "/withdraw"]
)
async def test_nothing_there_is_nothing_there(stage: Stage, browse: Browsers, path: str) -> None:
    omar = await browse(stage.omar)
    assert (await omar.get(f"/applications/{stage.call}{path}")).status_code == 404


async def test_parties_of_other_applications_are_not_there(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "joint", "title": "Other"}
    )
    async with db.transaction(now=clock.now()) as tx:
        foreign = await party_id(tx, draft)
    other = made.headers["location"]
    assert (await omar.send_form(f"{other}/parties/{foreign}/ask")).status_code == 404
    assert (await omar.get(f"{other}/parties/{foreign}")).status_code == 404
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Party, foreign)).confirmation == "none"
