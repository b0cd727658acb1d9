"""The application on paper, as it was submitted, and a signing form that says what was read."""

import io
import re
from uuid import UUID

import pytest
from pypdf import PdfReader

from facility import clock
from facility.applications.models.application import Application
from facility.applications.rules.submission import DECLARATIONS
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import attach_document
from facility.applications.service.parties import change_party
from facility.applications.service.submission import submit
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.experts.service.pool import seed_themes
from tests.applications.asking import asking_draft
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browsers, gives_reason, states

SHA = "0123456789abcdef" * 4
SIGNED = dict.fromkeys(DECLARATIONS, "yes") | {"signatory_name": "Omar Hoxha", "signatory_function": "Head"}


@pytest.fixture
async def complete(db: Database, stage: Stage, times: Times) -> UUID:
    """Everything that a call with every kind of question asks for, confirmed."""
    async with db.transaction(now=times.now) as tx:
        await seed_themes(tx)
    application = await asking_draft(db, stage, times)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await save_answers(
            tx,
            application,
            {
                "ask": {
                    "title": "Đorđe Čelik & Žana <b>",
                    "themes": ["X.JIT"],
                    "summary": "First paragraph.\n\nSecond: Тајно није.",
                },
                "figures": {
                    "trips": "no",
                    "cost": "4000.00",
                    "people": "12",
                    "kind": "visit",
                    "kinds": ["seminar", "visit"],
                },
            },
        )
        await attach_document(tx, application, name="Dnevni red Č.pdf", kind="pdf", size=2048, sha256=SHA)
        own = await party_id(tx, application)
        await save_answers(
            tx, application, {"own": {"part": "We host.", "secret": "Only we know"}}, party_id=own
        )
        await confirm_party(tx, own, signatory_name="Vesa Gashi", signatory_function="Director")
    return application


async def test_the_whole_application_is_on_paper_as_it_was_submitted(
    db: Database, stage: Stage, times: Times, complete: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        fingerprint = (await submit(tx, complete, received_at=times.now)).fingerprint
    path = f"/applications/{complete}/application.pdf"
    vesa = await browse(stage.vesa)
    answer = await vesa.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(answer.content))
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (
        "Đorđe Čelik & Žana <b>",
        "Second: Тајно није.",
        "Study trip",
        "Kosovo*",
        "UNSCR 1244/1999",
        "Dnevni red Č.pdf",
        "Vesa Gashi, Director",
        "We host.",
        "30 000.50",
    ):
        assert words in printed
    assert str(fingerprint) in printed.replace(" ", "")
    assert SHA in printed.replace(" ", "")
    assert "Only we know" not in printed
    assert "What they cost" not in printed  # was not asked
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "TAF-2021-02/001: Đorđe Čelik & Žana <b>"
    receipt = await vesa.get(f"/applications/{complete}/receipt")
    assert path in receipt.text


async def test_the_secretariat_reads_it_once_it_is_opened_and_others_never(
    db: Database, stage: Stage, times: Times, complete: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, complete, received_at=times.now)
    path = f"/applications/{complete}/application.pdf"
    assert (await (await browse(stage.sara)).get(path)).status_code == 404
    assert (await (await browse(stage.carl)).get(path)).status_code == 404
    assert (await (await browse()).get(path)).status_code == 303


async def test_what_changed_after_it_was_read_is_noticed_also_where_nobody_confirms_it(
    db: Database, stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    async with db.transaction(now=clock.now()) as tx:
        before = await tx.get(Application, complete)
        read, version = before.saved_at, before.version
        await save_answers(tx, complete, {"ask": {"note": "A colleague's, afterwards"}})
        assert (await tx.get(Application, complete)).version == version
    form = {**SIGNED, "version": str(version)}
    page = await omar.send_form(f"/applications/{complete}/submit", {**form, "read": read.isoformat()})
    assert page.status_code == 409
    assert gives_reason(page, "edited_meanwhile")
    for odd in ("yesterday", "9999-99-99"):
        assert (
            await omar.send_form(f"/applications/{complete}/submit", {**form, "read": odd})
        ).status_code == 400
    async with db.transaction(now=clock.now()) as tx:
        read = (await tx.get(Application, complete)).saved_at
    done = await omar.send_form(f"/applications/{complete}/submit", {**form, "read": read.isoformat()})
    assert done.headers["location"] == f"/applications/{complete}/receipt"


async def test_what_is_typed_and_not_saved_is_named_before_one_signs(
    stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    typed = {"seen": "1", "title": "Firearms", "summary": "Better words, not saved"}
    await omar.send_form(f"/applications/{complete}/answers/ask/copy", typed)
    check = await omar.get(f"/applications/{complete}/check")
    assert "unsaved-there" in states(check)
    assert "What they cost" not in check.text
    assert "unsaved-there" in states(await omar.get(f"/applications/{complete}/declarations"))


async def test_every_reason_is_said_with_its_place(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    application = await asking_draft(db, stage, times)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        lead = await party_id(tx, application, lead=True)
        await change_party(tx, lead, role="Leads")
        await save_answers(tx, application, {"ask": {"summary": "Short"}})
    omar = await browse(stage.omar)
    tasks = await omar.get(f"/applications/{application}")
    here = f"/applications/{application}"
    assert re.findall(r'id="stops">[^<]*?(\d+)', tasks.text) == ["3"]
    assert f'Still needed: <a href="{here}/answers/figures#f-trips">Are there trips?</a>' in tasks.text
    assert f'href="{here}/answers/ask#f-summary"' in tasks.text
    form = {**SIGNED, "version": "9"}
    async with db.transaction(now=clock.now()) as tx:
        form["version"] = str((await tx.get(Application, application)).version)
    refused = await omar.send_form(f"{here}/submit", form)
    assert refused.status_code == 409
    for place in ("answers/figures#f-trips", "answers/ask#f-summary", "partners"):
        assert f'href="{here}/{place}"' in refused.text


async def test_a_closed_call_is_not_open_to_the_secretariat_yet(
    db: Database, stage: Stage, times: Times, complete: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        call_id = (await submit(tx, complete, received_at=times.now)).call_id
    async with db.transaction(now=times.closes) as tx:
        await close_call(tx, call_id, due_at=times.closes)
    answer = await (await browse(stage.sara)).get(f"/applications/{complete}/application.pdf")
    assert answer.status_code == 404
