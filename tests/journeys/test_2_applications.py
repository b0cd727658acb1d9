"""An application: the lead prepares it, the partner confirms on a phone, and it comes in on time or not at all."""

import hashlib
import io
import json
from datetime import datetime, timedelta
from uuid import UUID

from playwright.sync_api import expect
from pypdf import PdfReader

from facility import clock
from facility.applications.words import DECLARED
from facility.web.i18n import translated
from facility.web.uploads import REFUSED
from tests.documents import pdf
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, link_in, until
from tests.journeys.stage import Stage, seconds_from_now
from tests.journeys.visitor import Visitor

TITLE = "Tracing firearms across two borders"


def start(omar: Visitor, reference: str) -> UUID:
    """From the public page to the task list."""
    omar.goto(f"/calls/{reference}")
    omar.follow("Start an application")
    omar.press("Start", status=422)
    omar.choose("Call", reference)
    omar.tick("Joint application")
    omar.fill("Title", TITLE)
    omar.press("Start")
    return UUID(omar.page.url.rsplit("/", 1)[1])


def write_answers(omar: Visitor) -> None:
    """Every part that is text."""
    omar.follow("What you ask for, and why")
    omar.fill("Summary", "Both forces trace the same weapons, each on its own side.")
    omar.fill("What will be done", "A workshop of three days in Tirana.\n\nA study trip to a Member State.")
    omar.press("Save and continue")
    omar.heading("Themes")
    omar.page.locator("main input[type=checkbox]").first.check()
    omar.press("Save and continue")
    omar.heading("Where it comes from in casework")
    omar.fill("Where it comes from in casework", "Requests for tracing stay unanswered.")
    omar.press("Save and continue")
    omar.follow("Back to the task list")


def write_own_part(omar: Visitor) -> None:
    """What the lead's institution does, and for how much."""
    omar.follow("Partners, amounts and confirmations")
    omar.follow("Change role, amount or contact Albanian State Police")
    omar.fill("What it does in this application", "Hosts the workshop.")
    omar.fill("Amount for its part", "20 000")
    omar.press("Save")


def sign(omar: Visitor) -> None:
    """Declarations and name, up to the button."""
    for words in DECLARED.values():
        omar.tick(translated(words))
    omar.fill("Function", "Head of department")


def add_partner(omar: Visitor, mail: str) -> None:
    """Kosovo* Police, with this address of its contact."""
    omar.follow("Change the partners or amounts")
    omar.follow("Add a partner")
    omar.press("Save", status=422)
    omar.find("косово", "Kosovo* Police")
    omar.fill("What it does in this application", "Sends six investigators.")
    omar.fill("Amount for its part", "15 000")
    omar.fill("Contact person", "Petra Gashi")
    omar.fill("Mail address", mail)
    omar.press("Save")


def correct_address(omar: Visitor, service: Service, old: str, right: str) -> None:
    """A program that looks at mails opens the link twice, and nothing happens; then the address is corrected."""
    party = "SELECT confirmation FROM party WHERE contact_email = :mail"
    assert [service.head(old)[0] for _ in range(2)] == [200, 200]
    assert service.value_of(party, mail="petra@wrong.example") == "invited"
    omar.follow("Change role, amount or contact Kosovo* Police")
    omar.fill("Mail address", right)
    omar.press("Save")
    omar.sees_notice()


def confirm(petra: Visitor) -> str:
    """The partner reads, tries without a name, and confirms; the link."""
    link = petra.open_mail()
    petra.sees_state("nothing-done-yet")
    petra.sees(TITLE)
    answer(petra)
    return link


def answer(petra: Visitor) -> None:
    """First without a name."""
    petra.press("Send the answer", status=422)
    sign_for_partner(petra, "Petra Gashi")


def sign_for_partner(partner: Visitor, signatory: str) -> None:
    """The form behind a partner's link says yes."""
    partner.tick("We confirm")
    partner.page.locator("#f-signatory_name").fill(signatory)
    partner.fill("Function", "Deputy director")
    partner.press("Send the answer")
    partner.heading("Thank you, this is confirmed")


def refuse_classified(omar: Visitor, service: Service, application: UUID) -> None:
    """A marked document leaves nothing but its trace; the lead says that the application goes on without it."""
    marked = pdf("Annex to the joint application.", header="RESTREINT UE/EU RESTRICTED")
    omar.goto(f"/applications/{application}")
    omar.follow("Documents")
    omar.upload("Documents", "annex.pdf", marked)
    omar.press("Attach", status=422)
    omar.sees_message(REFUSED["marked"])
    digest = hashlib.sha256(marked).hexdigest()
    traces = service.rows("SELECT sha256 FROM classified_refusal WHERE application_id = :a", a=application)
    assert traces == [(digest,)]
    kept = [path for path in (service.folder / "data").rglob("*") if path.is_file()]
    assert [path for path in kept if hashlib.sha256(path.read_bytes()).hexdigest() == digest] == []
    omar.goto(f"/applications/{application}/check")
    omar.sees_reason("classified_document")
    omar.goto(f"/applications/{application}/documents")
    omar.press("Go on without it")
    omar.upload("Documents", "agenda.pdf", pdf("Agenda of the workshop."))
    omar.press("Attach")
    omar.sees_notice()
    omar.sees("agenda.pdf")


def edit_what_was_confirmed(omar: Visitor, application: UUID) -> None:
    """The page warns, asks, and only then voids."""
    omar.goto(f"/applications/{application}/answers/ask")
    expect(omar.page.locator('[data-state="confirmed-by-partners"]')).to_contain_text("Kosovo* Police")
    omar.fill("Summary", "Both forces trace the same weapons; now they do it together.")
    omar.press("Save", status=409)
    omar.sees_state("would-void")
    omar.press("Save and void the confirmations")


def submit(omar: Visitor, application: UUID, file: str = "TAF-2026-91-001.json") -> str:
    """Declare, sign, submit, and recompute the fingerprint from what can be downloaded; the fingerprint."""
    omar.goto(f"/applications/{application}/check")
    omar.follow("Go on to the declarations")
    omar.press("Submit", status=422)
    sign(omar)
    omar.press("Submit")
    omar.heading("Your application has been received")
    fingerprint = omar.page.locator("dt:has-text('Fingerprint') + dd").inner_text().strip()
    with omar.download() as files:
        omar.page.get_by_role("link", name="What was submitted (JSON)").click()
    ((name, content),) = files
    assert (name, hashlib.sha256(content).hexdigest()) == (file, fingerprint)
    assert json.loads(content)["parties"][1]["confirmation"]["signatory_name"] == "Petra Gashi"
    return fingerprint


def test_lead_prepares_partner_confirms_and_it_is_received(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    omar = company["omar"]
    company["arta"]  # her institution is on the list
    stage.call("TAF-2026-91", "Firearms")
    application = start(omar, "TAF-2026-91")
    write_answers(omar)
    write_own_part(omar)
    omar.goto(f"/applications/{application}/check")
    omar.sees_reason("too_few_beneficiaries")
    expect(omar.page.get_by_role("button", name="Submit")).to_have_count(0)
    expect(omar.page.get_by_role("link", name="Go on to the declarations")).to_have_count(0)
    add_partner(omar, "petra@wrong.example")
    omar.press("Ask for confirmation")

    wrong = visit("petra@wrong.example", phone=True)
    petra = visit("petra@kosovo.example", phone=True)
    old = link_in(wrong.post.next(wrong.email))
    correct_address(omar, service, old, petra.email)
    refuse_classified(omar, service, application)
    used = confirm(petra)
    wrong.goto(old)
    assert wrong.page.get_by_role("button", name="Send the answer").count() == 0

    edit_what_was_confirmed(omar, application)
    petra.goto(used)
    petra.sees_state("replaced")
    confirm(petra)
    petra.goto(petra.page.url)
    petra.heading("Thank you, this is confirmed")
    first = submit(omar, application)
    withdraw_and_submit_again(omar, application, first)


def withdraw_and_submit_again(omar: Visitor, application: UUID, first: str) -> None:
    """The receipt comes by mail with a PDF; what was withdrawn can be taken up and submitted until the deadline."""
    attached = omar.post.next(omar.email, "Receipt for TAF-2026-91/001").attachments
    assert first in PdfReader(io.BytesIO(attached["TAF-2026-91-001-receipt.pdf"])).pages[
        0
    ].extract_text().replace("\n", "")
    omar.goto(f"/applications/{application}")
    omar.follow("Withdraw")
    omar.press("Withdraw")
    omar.sees_notice()
    omar.press("Take it up again")
    assert submit(omar, application) != first


def almost_too_late(omar: Visitor, stage: Stage) -> tuple[datetime, UUID, UUID]:
    """Omar has the last page before him while the call is still open, however slow the machine: its deadline, the call, the
    draft."""
    for seconds in (6, 20, 60):
        closes_at = seconds_from_now(seconds)
        opened = closes_at - timedelta(days=1)
        reference = f"TAF-2026-92-{seconds}"
        call_id = stage.call(reference, "Over soon", opens_at=opened, closes_at=closes_at)
        application = stage.ready(call_id, "Almost on time", at=opened + timedelta(hours=1))
        omar.goto(f"/applications/{application}/declarations")
        if clock.now() < closes_at:
            return closes_at, call_id, application
    raise AssertionError("a page that takes a minute")


def test_a_second_late_is_late(company: Company, stage: Stage, service: Service) -> None:
    omar = company["omar"]
    closes_at, call_id, application = almost_too_late(omar, stage)
    sign(omar)
    until("the call is over", lambda: (clock.now() - closes_at).total_seconds() >= 1, seconds=90)
    omar.press("Submit", status=409)
    omar.sees_reason("late")
    closed = "SELECT due_at FROM event WHERE subject_id = :id AND kind = 'CallClosed'"
    until("the call closes by itself", lambda: service.rows(closed, id=call_id) == [(closes_at,)])
    assert service.value_of("SELECT status FROM application WHERE id = :id", id=application) == "draft"
