"""An urgent application: a call by its short form, written on a phone, decided on one page within the hours."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from facility import clock
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage
from tests.journeys.test_2_applications import sign, sign_for_partner
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_11_writing import enter
from tests.journeys.visitor import Visitor

CALL = "TAF-2026-76"
TITLE = "Advice on a wave of ransom demands"
SECTIONS = ("financial", "relevance", "design", "implementation", "sustainability", "budget")


def draft(ada: Visitor) -> str:
    """An urgent call, first without its hours; then with them. It has the short form. The address of the draft."""
    now = clock.now().astimezone(clock.BRUSSELS)
    ada.goto("/staff/calls")
    ada.follow("Draft a call")
    ada.fill("Reference", CALL)
    ada.fill("Title", "Urgent expertise")
    ada.fill("Text", "For what cannot wait for a call.")
    ada.fill_instant("Opens", now.strftime("%Y-%m-%d"), now.strftime("%H:%M"))
    ada.fill_instant("Closes", (now + timedelta(days=90)).strftime("%Y-%m-%d"), "12:00")
    modes = {"one": (True, False, False), "Rolling": (False, True, False), "Urgent": (True, False, True)}
    for mode, expected in modes.items():
        ada.page.get_by_role("radio", name=re.compile(mode, re.IGNORECASE)).first.check()
        groups = [ada.page.get_by_role("group", name=name, exact=True) for name in ("Closes", "Cut-off 1")]
        fields = [*groups, ada.page.get_by_label("Decided within", exact=True)]
        assert tuple(field.is_visible() for field in fields) == expected, mode
    ada.choose("Envelope", "CA1: Urgent")
    ada.fill("Amount of the call", "20 000")
    ada.fill("Smallest award", "1 000")
    ada.fill("Largest award", "10 000")
    ada.page.locator("#f-min_assessments").fill("1")
    ada.fill("Reason", "Whoever needs help at once can't wait for two assessors.")
    ada.press("Save the draft", status=422)
    ada.fill("Decided within", "8")
    ada.press("Save the draft")
    here = ada.page.url
    ada.sees("Why it is urgent")
    ada.follow("See it as applicants see it")
    ada.sees("Why it cannot wait for a call")
    return here


def publish(vera: Visitor, here: str) -> None:
    """By another person."""
    vera.goto(here)
    vera.follow("Check and publish")
    vera.sees("8 hours of each receipt")
    vera.press("Publish the call")


def write(omar: Visitor) -> str:
    """The short form, section by section, each leading to the next; the address of the task list."""
    omar.goto(f"/calls/{CALL}")
    expect(omar.page.locator('[data-rule="decided-within"]')).to_contain_text(re.compile(r"\b8\b"))
    omar.follow("Start an application")
    omar.tick("Joint application")
    omar.fill("Title", TITLE)
    omar.press("Start")
    tasks = omar.page.url
    omar.follow("Continue: What you ask for, and why")
    omar.fill("Summary", "Hospitals are blackmailed on both sides of the border.")
    omar.fill("What will be done", "Two experts for three days in Tirana.")
    omar.press("Save and continue")
    omar.heading("Why it is urgent")
    omar.fill("Why it cannot wait for a call", "The next demands end on Friday.")
    omar.fill("When you need it at the latest", (clock.now() + timedelta(days=3)).date().isoformat())
    omar.press("Save and continue")
    omar.page.locator("main input[type=checkbox]").first.check()
    omar.press("Save and continue")
    return tasks


def ask_the_partner(omar: Visitor, tasks: str, partner: str) -> None:
    """Both parts, and the mail to the partner."""
    omar.follow(re.compile("Change role, amount or contact"))
    omar.fill("What it does in this application", "Hosts the experts.")
    omar.fill("Amount for its part", "3 000")
    omar.press("Save")
    omar.follow("Add a partner")
    omar.find("косово", "Kosovo* Police")
    omar.fill("What it does in this application", "Sends its analysts.")
    omar.fill("Amount for its part", "2 000")
    omar.fill("Contact person", "Petra Gashi")
    omar.fill("Mail address", partner)
    omar.press("Save")
    omar.press("Ask for confirmation")
    omar.goto(tasks)
    expect(omar.page.locator("#stops")).to_contain_text(re.compile(r"\b1\b"))


def confirm(petra: Visitor) -> None:
    """By the link, on a phone."""
    petra.open_mail(f"{CALL}/001", link="partner")
    petra.sees(TITLE, "The next demands end on Friday.")
    sign_for_partner(petra, "Petra Gashi")


def submit(omar: Visitor, tasks: str) -> None:
    """From the task list, which says that nothing stands against it any more, to the receipt."""
    omar.goto(tasks)
    omar.follow("Declare and submit")
    sign(omar)
    omar.press("Submit")
    omar.heading("Your application has been received")
    omar.sees_state("decided-within-hours")


def open_it(ada: Visitor, paul: Visitor, service: Service) -> str:
    """The mail leads to its page; one of the secretariat begins, the authorising officer confirms; the page."""
    mail = ada.post.next(ada.email, f"Urgent: {CALL}/U1")
    occasion = "SELECT context ->> 'how' FROM mail WHERE subject = :s AND to_address = :a"
    assert service.value_of(occasion, s=mail.subject, a=ada.email) == "received"
    here = next(word for word in mail.text.split() if "/urgent/" in word)
    ada.goto("/urgent")
    ada.follow(f"{CALL}/U1")
    assert ada.page.url == here
    ada.sees_not(TITLE)
    ada.press("Begin the opening")
    assert here in paul.post.next(paul.email, f"Urgent: {CALL}/U1").text
    paul.goto("/urgent")
    paul.follow(f"{CALL}/U1")
    paul.press("Confirm and open")
    paul.heading(TITLE)
    return here


def judge(ada: Visitor, stage: Stage, service: Service, here: str) -> None:
    """Checked, given to an assessor from the same page, assessed (which another journey walks), proposed."""
    ada.goto(here)
    ada.follow("Check admissibility")
    for met in ada.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    ada.tick("Yes, it goes to assessment")
    ada.press("Save the assessment")
    ada.follow("All steps of this urgent application")
    ada.press("Assign", status=422)
    ada.tick("Elena Rossi")
    ada.press("Assign")
    ada.sees("Elena Rossi")
    key = service.value_of("SELECT id FROM application WHERE title = :t", t=TITLE)
    stage.assess(key, "elena", dict.fromkeys(SECTIONS, "14"))
    ada.goto(here)
    award = ada.page.locator('[data-state="award"]')
    expect(award).to_contain_text("EUR 5 000.00")
    expect(award).to_contain_text("EUR 15 000.00")
    ada.press("Propose this")
    ada.sees_state("authorising-officer-decides")
    expect(ada.page.get_by_role("button", name="Take the proposal back")).to_be_visible()


def test_from_a_short_form_on_a_phone_to_the_letter_within_hours(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    for key in ("omar", "arta", "paul", "elena"):
        company[key]
    ada, vera, paul = company["ada"], company["vera"], company["paul"]
    stage.envelope("Urgent", "20000.00")
    publish(vera, draft(ada))
    omar = visit(address("omar"), phone=True)
    enter(omar, service)
    tasks = write(omar)
    petra = visit("petra@urgent.example", phone=True)
    ask_the_partner(omar, tasks, petra.email)
    confirm(petra)
    submit(omar, tasks)

    here = open_it(ada, paul, service)
    judge(ada, stage, service, here)
    assert here in paul.post.next(paul.email, f"{CALL}/U1").text
    paul.goto(here)
    paul.press("Decide")
    paul.sees_state("decided")
    paul.goto("/urgent")
    paul.sees_not(f"{CALL}/U1")
    assert "EUR 5 000.00" in letter_to(omar, f"{CALL}/001").replace("\u00a0", " ")
    omar.goto(tasks)
    omar.follow("Decision on this application, and letters")
    omar.sees("5 000.00", "Plan an activity")
