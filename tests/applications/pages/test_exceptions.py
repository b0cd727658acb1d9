"""An application by one beneficiary alone: why, whom it was agreed with, what others object, and who decides."""

import io
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from facility import clock
from facility.admission.service.consultations import answer_consultation
from facility.applications.service.answers import save_answers
from facility.applications.service.parties import change_party
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.links import path_of
from facility.outbox.models import Link
from tests.admission.review import consult, offices
from tests.applications.conftest import Stage, party_id, row
from tests.applications.pages.answers import ANSWERED, SIGNED
from tests.applications.pages.test_saving import PAIR, buttons
from tests.browser import Browser, Browsers, errors, states

JUSTIFIED = "Only this authority lacks a laboratory for it, and it cannot wait."


@pytest.fixture
async def alone(stage: Stage, omar: Browser) -> UUID:
    """Omar has started an exception."""
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "exception", "title": "Alone"}
    )
    return UUID(made.headers["location"].rsplit("/", 1)[1])


async def test_an_exception_is_decided_by_the_authorising_officer(
    db: Database, stage: Stage, alone: UUID, omar: Browser, browse: Browsers
) -> None:
    anna, here = await browse(stage.anna), f"/applications/{alone}"
    await _agree(omar, here)
    await _hand_in(db, stage, alone, omar)
    waits = (await anna.get(f"{here}/exception")).text
    assert JUSTIFIED in waits
    assert "EU Delegation: agreed" in waits
    assert "It cannot be decided yet" in waits
    consultation = await _object(db, stage, alone, anna)
    assert "It duplicates R3." in (await anna.get(f"{here}/exception")).text
    await _decide(anna, here, consultation)
    assert (await row(db, alone)).status == "exception_approved"
    assert "Urgent" in (await omar.get(here)).text


async def _agree(omar: Browser, here: str) -> None:
    """Whom Omar agreed it with: kept while he types, saved once, never by an older form."""
    wrong = await omar.send_form(f"{here}/consultation", {"consultation": "", "seen": "0"})
    assert (wrong.status_code, errors(wrong)) == (422, ["consultation"])
    typed = {"consultation": "EU Delegation: asked", "seen": "0"}
    kept = await omar.send_form(f"{here}/consultation/copy", typed, headers={"x-autosave": "1"})
    assert kept.status_code == 204
    form = await omar.get(f"{here}/consultation")
    text = form.text
    assert buttons(form) == PAIR
    assert ("EU Delegation: asked" in text, "unsaved" in states(text)) == (True, True)
    assert "unsaved-there" in states(await omar.get(here))
    agreed = {"consultation": "EU Delegation: agreed", "seen": "0"}
    assert (await omar.send_form(f"{here}/consultation", agreed)).status_code == 303
    late = await omar.send_form(f"{here}/consultation", typed)
    assert (late.status_code, "EU Delegation: agreed" in late.text, "EU Delegation: asked" in late.text) == (
        409,
        True,
        True,
    )
    assert (await omar.send_form(f"{here}/consultation/discard")).status_code == 303


async def _hand_in(db: Database, stage: Stage, application_id: UUID, omar: Browser) -> None:
    """Refused until Omar has said why it is one beneficiary alone; the paper says it, too."""
    here = f"/applications/{application_id}"
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await save_answers(tx, application_id, ANSWERED)
        await change_party(tx, await party_id(tx, application_id, lead=True), role="Does it")
    version = str((await row(db, application_id)).version)
    why = f"{here}/answers/single-beneficiary"
    refused = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (refused.status_code, f'href="{why}#f-justification"' in refused.text) == (409, True)
    assert (await omar.send_form(why, {"seen": "0", "justification": JUSTIFIED})).status_code == 303
    version = str((await row(db, application_id)).version)
    assert (await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})).status_code == 303
    paper = PdfReader(io.BytesIO((await omar.get(f"{here}/application.pdf")).content))
    assert JUSTIFIED in " ".join("".join(page.extract_text() for page in paper.pages).split())


async def _object(db: Database, stage: Stage, application_id: UUID, anna: Browser) -> UUID:
    """An office is consulted, reads why by its link, and objects; the consultation."""
    (consultation,) = await consult(db, stage, application_id, await offices(db, 1), clock.now())
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        letter = (await tx.session.scalars(select(Link).where(Link.purpose == "consultation"))).one()
    assert JUSTIFIED in (await anna.get(path_of(letter))).text
    async with db.transaction(now=clock.now()) as tx:
        await answer_consultation(tx, consultation, objects=True, reason="It duplicates R3.", name="Eva")
    return consultation


async def _decide(anna: Browser, here: str, consultation: UUID) -> None:
    """Not while an objection is unanswered, and once."""
    unanswered = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent"})
    assert unanswered.status_code == 409
    objection = {"objections-0-id": str(consultation), "objections-0-answer": ""}
    wrong = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent", **objection})
    assert (wrong.status_code, errors(wrong)) == (422, ["objections-0-answer"])
    objection["objections-0-answer"] = "R3 ends in June."
    decided = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent", **objection})
    assert decided.status_code == 303
    assert (await anna.send_form(f"{here}/exception", {"approved": "no", "reason": "x"})).status_code == 409
