"""A corrigendum amid drafts: one writes it, another publishes it, and whoever has begun learns what it means for them."""

from datetime import timedelta

from playwright.sync_api import expect

from facility import clock
from facility.calls.rules.forms import By
from facility.calls.words.changes import MEANINGS, NEW_SECTION
from tests.browser import says
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor


def add_section(ada: Visitor) -> None:
    """From the corrigendum, after a form that says nothing."""
    ada.follow("More sections and questions")
    ada.follow("Add a section")
    ada.press("Add the section", status=422)
    ada.fill("Title", "Safety of participants")
    ada.fill("First question", "What could happen?")
    ada.press("Add the section")
    ada.tick("It must be answered")
    ada.press("Save")
    ada.sees("New section")
    ada.follow("Safety of participants")
    ada.heading("Safety of participants")


def test_a_later_deadline_and_a_new_section_amid_drafts(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    ada, vera, omar = company["ada"], company["vera"], company["omar"]
    company["arta"]
    anyone = visit(phone=True)
    call_id = stage.call("TAF-2026-71", "Corrected on its way")
    draft = stage.ready(call_id, "Begun before the corrigendum")
    later = (clock.now() + timedelta(days=40)).astimezone(clock.BRUSSELS).date().isoformat()

    ada.goto(f"/staff/calls/{call_id}")
    ada.follow("Correct the call")
    ada.press("Save the corrigendum", status=422)
    ada.fill("Reason", "Partners asked for more time.")
    ada.fill_instant("Closes", "2020-01-01", "12:00")
    ada.press("Save the corrigendum", status=422)
    ada.fill_instant("Closes", later, "12:00")
    ada.press("Save the corrigendum")
    ada.sees_state("drafted-by-you")
    ada.sees_message(MEANINGS["closes_at"])
    assert ada.post_form(f"/staff/calls/{call_id}/corrigendum/publish")[0] == 403

    add_section(ada)

    vera.goto(f"/staff/calls/{call_id}/corrigendum")
    vera.sees("Under “Safety of participants”: What could happen?")
    vera.press("Publish the corrigendum")
    expect(vera.page.locator(".notice--ok")).to_contain_text("2")
    mail = omar.post.next(omar.email, "TAF-2026-71 was corrected")
    assert says(mail.text, MEANINGS["closes_at"])
    kept = (
        "SELECT context -> 'draft' FROM mail WHERE template = 'applications/call_corrected' AND subject = :s"
    )
    assert service.value_of(kept, s=mail.subject) is True
    omar.goto(f"/applications/{draft}")
    omar.sees_message(MEANINGS["closes_at"])
    omar.sees_message(NEW_SECTION[By.LEAD], section="Safety of participants")
    expect(omar.page.locator(".needs")).to_contain_text("What could happen?")
    omar.follow("What changed, side by side")
    omar.sees("Partners asked for more time.")

    anyone.goto("/calls/TAF-2026-71")
    anyone.follow("1 corrigendum")
    anyone.sees("Partners asked for more time.")
