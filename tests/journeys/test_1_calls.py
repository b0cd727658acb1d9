"""A call: one person drafts it, another publishes it, and anyone sees it."""

from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.drafting import fill_call
from tests.journeys.machinery import Service
from tests.journeys.visitor import Visitor


def open_envelope(ada: Visitor) -> None:
    """Money to draw on, after an amount that is none."""
    ada.goto("/contracts")
    ada.step(lambda: ada.page.locator("main table a").first.click())
    ada.follow("Open an envelope")
    ada.fill("Name", "Pilot")
    ada.fill("Amount", "one hundred")
    ada.press("Open the envelope", status=422)
    ada.fill("Amount", "100 000")
    ada.press("Open the envelope")
    ada.sees_notice()
    expect(ada.row("Pilot")).to_contain_text("100 000.00")


def draft_call(ada: Visitor) -> str:
    """A draft, after mistakes; its page."""
    ada.goto("/staff/calls")
    ada.follow("Draft a call")
    ada.press("Save the draft", status=422)
    fill_call(ada, "TAF-2026-90", "Joint investigation teams", "CA1: Pilot", "80 000", "60 000.005")
    ada.press("Save the draft", status=422)
    ada.fill("Largest award", "60 000")
    ada.press("Save the draft")
    ada.sees_notice()
    ada.heading("Joint investigation teams")
    return ada.page.url


def test_one_drafts_another_publishes_and_anyone_sees_it(
    company: Company, visit: Opens, service: Service
) -> None:
    ada, vera, anyone = company["ada"], company["vera"], visit()
    open_envelope(ada)
    draft = draft_call(ada)

    anyone.goto("/calls/TAF-2026-90", status=404)
    ada.follow("Check and publish")
    ada.sees_state("drafted-by-you")
    assert ada.post_form(f"{draft}/publish")[0] == 403

    vera.goto("/staff/calls?status=draft")
    vera.follow("TAF-2026-90")
    vera.follow("Check and publish")
    vera.press("Publish the call")
    expect(vera.page.locator(".notice--ok")).to_contain_text("TAF-2026-90")
    assert vera.post_form(f"{draft}/publish")[0] == 409
    assert vera.post_form(f"{draft}/edit")[0] in (409, 422)

    anyone.goto("/")
    anyone.follow("Joint investigation teams")
    anyone.sees("Experts come from Member States.", "80 000.00", "60 000.00", "Who may apply", "left")
    anyone.follow("Sign in to apply")
    anyone.heading("Sign in")
    state = service.value_of("SELECT state FROM call WHERE reference = 'TAF-2026-90'")
    assert state == "published"


def test_a_phone_shows_the_call_and_the_ways_in(company: Company, visit: Opens) -> None:
    phone = visit(phone=True)
    for path in ("/", "/calls", "/sign-in", "/register", "/help", "/privacy", "/accessibility"):
        phone.goto(path)
    phone.goto("/calls/TAF-1999-01", status=404)
    phone.goto("/staff/calls", status=200)
    phone.heading("Sign in")
    company["omar"].goto("/staff/calls", status=403)
