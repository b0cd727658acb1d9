"""Handing in and what follows on its pages: receipt, sealing, admissibility, leaving, withdrawing."""

import hashlib
import html
import io
import re
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from facility import clock
from facility.accounts.service.people import add_user
from facility.applications.pages.declarations import ALREADY_SUBMITTED
from facility.applications.pages.tasks import UNCONFIRMED
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.submission import DECLARATIONS
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave, take_up_again, withdraw
from facility.calls.rules.checklist import STANDARD
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.events.relay import drain
from facility.experts.service.pool import seed_themes
from facility.letters.models import Letter
from facility.outbox.models import Mail
from facility.outbox.service import MAKERS
from facility.settings import Settings
from facility.web.access import Role
from facility.web.render import environment
from tests.applications.conftest import Stage, Times, open_call, party_id, row
from tests.applications.pages.answers import ANSWERED, SIGNED
from tests.browser import Browsers, errors, gives_reason, says, states


@pytest.fixture
async def complete(db: Database, times: Times, confirmed: UUID) -> UUID:
    """The confirmed draft, with every answer."""
    async with db.transaction(now=times.now) as tx:
        await seed_themes(tx)
        await save_answers(tx, confirmed, ANSWERED)
        await confirm_party(
            tx, await party_id(tx, confirmed), signatory_name="Vesa Gashi", signatory_function="Director"
        )
    return confirmed


@pytest.fixture
async def submitted(db: Database, stage: Stage, times: Times, complete: UUID) -> UUID:
    """The application, handed in."""
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, complete, received_at=times.now)
    return complete


async def close(db: Database, stage: Stage, times: Times) -> None:
    async with db.transaction(now=times.closes) as tx:
        await close_call(tx, stage.call, due_at=times.closes)


async def open_up(db: Database, stage: Stage, times: Times) -> None:
    """The call closes, and two people open it."""
    await close(db, stage, times)
    await open_call(db, stage, times.closes)


async def test_a_submission_and_its_receipt(
    db: Database, stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    here = f"/applications/{complete}"
    version = str((await row(db, complete)).version)
    wrong = await omar.send_form(
        f"{here}/submit", {"version": version, "signatory_name": "", "mandate": "yes"}
    )
    assert wrong.status_code == 422
    assert errors(wrong) == [
        "true_and_complete",
        "no_double_funding",
        "nothing_classified",
        "signatory_name",
        "signatory_function",
    ]
    assert ">Function: " in wrong.text
    before = clock.now()
    done = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/receipt")
    application = await row(db, complete)
    assert application.received_at is not None
    assert before <= application.received_at <= clock.now()
    receipt = await omar.get(f"{here}/receipt")
    assert f"<code>{application.fingerprint}</code>" in receipt.text
    body = (await omar.get(f"{here}/receipt.json")).content
    assert hashlib.sha256(body).hexdigest() == application.fingerprint
    receipt_data = msgspec.json.decode(body)
    assert receipt_data["signature"] == {
        "name": "Omar Hoxha",
        "function": "Head",
        "declared": list(DECLARATIONS),
    }
    assert datetime.fromisoformat(receipt_data["received_at"]) == application.received_at
    paper = PdfReader(io.BytesIO((await omar.get(f"{here}/receipt.pdf")).content))
    text = "".join(page.extract_text() for page in paper.pages)
    assert str(application.fingerprint) in re.sub(r"\s", "", text)
    assert "without prejudice to positions on status" in re.sub(r"\s+", " ", text)
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mail = (
            await tx.session.execute(select(Mail).where(Mail.template == "applications/receipt"))
        ).scalar_one()
        letter = (await tx.session.scalars(select(Letter))).one()
    assert (letter.kind, letter.application_id) == ("receipt", complete)
    assert (mail.to_address, mail.attachments) == ("omar@example.org", [["letter", str(letter.id)]])


async def receipt(db: Database, settings: Settings) -> str:
    """What the receipt says that goes with the only mail about it."""
    async with db.reader() as connection:
        query = select(Mail.attachments).where(Mail.template == "applications/receipt")
        [[kind, about]] = (await connection.execute(query)).scalar_one()
        made = await MAKERS[kind](connection, environment(settings), UUID(about))
    pages = PdfReader(io.BytesIO(made.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def test_a_receipt_says_who_took_part_whoever_leaves_later(
    db: Database, stage: Stage, times: Times, submitted: UUID, browse: Browsers, settings: Settings
) -> None:
    await drain(db, lambda: times.now)
    async with db.transaction(now=times.now, actor=stage.vesa) as tx:
        await leave(tx, await party_id(tx, submitted), reason="The unit is closed.")
    assert "Vesa Gashi, Director" in await receipt(db, settings)
    omar = await browse(stage.omar)
    page = PdfReader(io.BytesIO((await omar.get(f"/applications/{submitted}/receipt.pdf")).content))
    assert "Vesa Gashi, Director" in page.pages[0].extract_text().replace("\n", " ")


async def test_a_receipt_that_is_still_to_be_sent_outlives_a_withdrawal(
    db: Database, stage: Stage, times: Times, submitted: UUID, settings: Settings
) -> None:
    fingerprint = (await row(db, submitted)).fingerprint
    await drain(db, lambda: times.now)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await withdraw(tx, submitted)
        await take_up_again(tx, submitted)
    assert str(fingerprint) in (await receipt(db, settings)).replace(" ", "")


async def test_a_receipt_offers_a_new_version_only_while_the_call_is_open(
    stage: Stage, times: Times, submitted: UUID, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = await (await browse(stage.omar)).get(f"/applications/{submitted}/receipt")
    assert states(early) == ["call-open"]
    monkeypatch.setattr(clock, "now", lambda: times.closes + timedelta(seconds=1))
    late = await (await browse(stage.omar)).get(f"/applications/{submitted}/receipt")
    assert states(late) == ["call-closed"]


async def test_who_is_not_a_party_reads_no_receipt_as_a_letter(
    db: Database, stage: Stage, times: Times, submitted: UUID, browse: Browsers
) -> None:
    """It names who signed, and before the opening it would say what was submitted."""
    await drain(db, lambda: times.now)
    async with db.transaction(now=times.now) as tx:
        letter = (await tx.session.scalars(select(Letter.id))).one()
    for person in (stage.sara, stage.omar):
        browser = await browse(person)
        assert (await browser.get(f"/letters/{letter}")).status_code == 404


async def test_the_declarations_are_a_step_of_their_own(
    db: Database, stage: Stage, times: Times, complete: UUID, browse: Browsers
) -> None:
    """Offered when nothing is missing, from the task list at once; while something is, its address says what."""
    omar, here = await browse(stage.omar), f"/applications/{complete}"
    tasks, check = (await omar.get(here)).text, (await omar.get(f"{here}/check")).text
    assert f'href="{here}/declarations"' in tasks
    assert f'action="{here}/submit"' not in check
    declarations = await omar.get(linked(check, "declarations"))
    assert (declarations.status_code, f'action="{here}/submit"' in declarations.text) == (200, True)
    assert "incomplete" not in states(declarations)
    assert "data-deadline" in declarations.text.split('name="signatory_function"')[1]
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await save_answers(tx, complete, {"ask": {**ANSWERED["ask"], "title": "Changed"}}, may_void=True)
    tasks, check = (await omar.get(here)).text, (await omar.get(f"{here}/check")).text
    assert f"{here}/declarations" not in tasks + check
    away = await omar.get(f"{here}/declarations")
    assert (away.status_code, away.headers["location"]) == (303, f"{here}/check")


async def test_what_is_no_longer_complete_is_said_with_what_was_typed(
    db: Database, stage: Stage, times: Times, complete: UUID, browse: Browsers
) -> None:
    omar, here = await browse(stage.omar), f"/applications/{complete}"
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await save_answers(tx, complete, {"ask": {**ANSWERED["ask"], "title": "Changed"}}, may_void=True)
    version = str((await row(db, complete)).version)
    refused = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (refused.status_code, "incomplete" in states(refused)) == (409, True)
    assert 'value="Head"' in refused.text
    assert ">Submit</button>" not in refused.text


async def test_what_a_colleague_saves_between_reading_and_declaring_is_noticed(
    db: Database, stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar, here = await browse(stage.omar), f"/applications/{complete}"
    onward = linked((await omar.get(f"{here}/check")).text, "declarations")
    assert not gives_reason(await omar.get(onward), "edited_meanwhile")
    async with db.transaction(now=clock.now()) as tx:
        await save_answers(tx, complete, {"ask": {**ANSWERED["ask"], "title": "Changed"}}, may_void=True)
        await confirm_party(
            tx, await party_id(tx, complete), signatory_name="Vesa Gashi", signatory_function="Director"
        )
    assert gives_reason(await omar.get(onward), "edited_meanwhile")
    assert (await omar.get(f"{here}/declarations?seen=yesterday")).status_code == 200


def linked(page: str, step: str) -> str:
    """The address of the first link on the page to that step."""
    link = re.search(rf'href="([^"]*/{step}[^"]*)"', page)
    assert link is not None, step
    return html.unescape(link[1])


async def test_a_second_press_and_the_way_back_lead_to_what_was_submitted(
    db: Database, stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    here = f"/applications/{complete}"
    version = str((await row(db, complete)).version)
    await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    application = await row(db, complete)
    assert application.received_at is not None
    again = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (again.status_code, again.headers["location"]) == (303, f"{here}/receipt")
    assert says(await omar.get(f"{here}/receipt"), ALREADY_SUBMITTED)
    assert (await row(db, complete)).received_at == application.received_at
    for path in ("check", "declarations", "answers/ask", "documents"):
        back = await omar.get(f"{here}/{path}")
        assert (back.status_code, f'href="{here}">Reload the page' in back.text) == (409, True)


async def test_what_stands_against_a_submission_is_said(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    version = str((await row(db, draft)).version)
    page = await omar.send_form(f"/applications/{draft}/submit", {"version": version, **SIGNED})
    assert page.status_code == 409
    not_asked, _fix = UNCONFIRMED[Confirmation.NONE]
    assert says(page, not_asked, names="Kosovo* Police")
    for label in ("What it is about", "Summary"):
        assert gives_reason(page, "answer_missing", label=label)
    assert (await row(db, draft)).status == "draft"


async def test_sealed_until_two_people_open_the_call(
    db: Database, stage: Stage, submitted: UUID, times: Times, browse: Browsers
) -> None:
    here = f"/applications/{submitted}"
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    for state in ("open", "closed"):
        if state == "closed":
            await close(db, stage, times)
        for browser in (sara, carl):
            for page in (
                await browser.get(here),
                await browser.get("/applications/received"),
                await browser.get(f"/openings/{stage.call}"),
                await browser.get(f"/evaluation/{stage.call}"),
            ):
                assert "TAF-2021-01" in page.text
                # A filter offers themes, which are not this application's.
                assert "Firearms" not in re.sub(r"<option.*?</option>", "", page.text)
                assert "Albanian" not in page.text
            assert (await browser.get(f"{here}/result")).status_code == 404
        assert (await sara.get(f"{here}/receipt.json")).status_code == 404
        assert (await sara.get(f"{here}/admissibility")).status_code == 409
        assert (await sara.get(f"/evaluation/{stage.call}/ranking")).status_code == 409
    await open_call(db, stage, times.closes)
    assert "Unanswered requests" in (await sara.get(here)).text
    seen = (await carl.get(here)).text
    assert ("Three days" in seen, "Unanswered requests" in seen, "omar@example.org" in seen) == (
        True,
        False,
        False,
    )
    assert (await carl.get(f"{here}/receipt.json")).status_code == 404
    assert (await sara.get(f"{here}/receipt.json")).status_code == 200


async def test_admissibility_with_reasons(
    db: Database, stage: Stage, submitted: UUID, times: Times, browse: Browsers
) -> None:
    await open_up(db, stage, times)
    sara = await browse(stage.sara)
    path = f"/applications/{submitted}/admissibility"
    judged = {f"{key}-verdict": "met" for key in STANDARD}
    judged |= {"activities-verdict": "not_met", "activities-reason": "Cash"}
    wrong = await sara.send_form(path, {**judged, "admissible": "no", "reason": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    reason = {"reason": "Not a kind that the call supports"}
    done = await sara.send_form(path, {**judged, "admissible": "no", **reason})
    assert done.status_code == 303
    assert (
        "Not a kind that the call supports"
        in (await (await browse(stage.omar)).get(f"/applications/{submitted}")).text
    )
    assert (await (await browse(stage.anna)).send_form(path, {"admissible": "yes"})).status_code == 403
    async with db.transaction(now=clock.now()) as tx:
        auditor = await add_user(tx, name="Greta", email="greta@example.org", roles=[Role.AUDITOR])
    greta, trail = await browse(auditor.id), f"/operations/log/{submitted}"
    assert f'href="{trail}"' in (await greta.get(f"/applications/{submitted}")).text
    assert "Admissibility was checked: inadmissible" in (await greta.get(trail)).text
    assert trail not in (await sara.get(f"/applications/{submitted}")).text


async def test_a_partner_leaves_with_a_reason(
    db: Database, stage: Stage, submitted: UUID, browse: Browsers
) -> None:
    vesa = await browse(stage.vesa)
    path = f"/applications/{submitted}/leave"
    assert (await vesa.get(path)).status_code == 200
    wrong = await vesa.send_form(path, {"reason": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    left = await vesa.send_form(path, {"reason": "Reorganised"})
    assert left.headers["location"] == "/applications"
    assert "You have left" in (await vesa.get("/applications")).text
    assert (await vesa.get(f"/applications/{submitted}")).status_code == 404
    assert (await (await browse(stage.omar)).get(path)).status_code == 409
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        templates = (await tx.session.scalars(select(Mail.template))).all()
    assert sorted(templates) == [
        "applications/answered",
        "applications/answered",
        "applications/left",
        "applications/receipt",
    ]


async def test_withdrawn_and_taken_up(db: Database, stage: Stage, submitted: UUID, browse: Browsers) -> None:
    omar = await browse(stage.omar)
    here = f"/applications/{submitted}"
    assert (await omar.get(f"{here}/withdraw")).status_code == 200
    assert (await omar.send_form(f"{here}/withdraw")).status_code == 303
    assert "Take it up again" in (await omar.get(here)).text
    assert (await omar.send_form(f"{here}/withdraw")).status_code == 409
    assert (await omar.send_form(f"{here}/take-up")).status_code == 303
    assert (await row(db, submitted)).status == "draft"
