"""On a phone: a partner fills in its part, asks for a change, confirms, and confirms again when what it confirmed was changed."""

import msgspec

from facility.applications.service.confirmations import invite_party
from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.calls.rules.presets import PLAIN
from facility.forms.checks import Required
from facility.forms.types import Field, FieldType
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage
from tests.journeys.test_2_applications import sign_for_partner
from tests.journeys.visitor import Visitor

PART = FormSection(
    key="part",
    title="Your own part",
    by=By.PARTY,
    fields=(
        Field(
            key="contribution", label="What you contribute", type=FieldType.LONG_TEXT, checks=(Required(),)
        ),
        Field(
            key="confidential",
            label="What only the facility should know",
            type=FieldType.LONG_TEXT,
            confidential=True,
        ),
    ),
)
FORM = msgspec.structs.replace(PLAIN, sections=(*PLAIN.sections, PART))
SECRET = "Our covert unit is understaffed."


def test_a_confirmation_is_voided_and_renewed_on_a_phone(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    omar = company["omar"]
    call_id = stage.call("TAF-2026-97", "Parts", form=FormDefinition(FORM.sections))
    application = stage.ready(call_id, "Parcels across borders", confirmed=False)
    party = service.value_of(
        "SELECT id FROM party WHERE application_id = :id AND NOT is_lead", id=application
    )
    service.act(address("omar"), lambda tx: invite_party(tx, party))
    arta = visit(address("arta"), phone=True)
    link = fill_in_and_ask(arta)
    answer_the_request(omar, str(application))
    arta.open_mail("TAF-2026-97/001", link="partner")
    arta.sees("Done")
    sign_for_partner(arta, "Arta Krasniqi")
    change(omar, str(application))
    renew(arta, link)
    omar.goto(f"/applications/{application}/partners")
    omar.sees("Confirmed")
    omar.sees_not(SECRET)
    omar.goto(f"/applications/{application}")
    omar.sees_not(SECRET)


def fill_in_and_ask(arta: Visitor) -> str:
    """Her part, with what only the facility reads; then a wish. The link stays good."""
    link = arta.open_mail("TAF-2026-97/001", link="partner")
    arta.sees("Not started", "To do")
    arta.follow("Your own part")
    arta.fill("What you contribute", "Six investigators and a room.")
    arta.fill("What only the facility should know", SECRET)
    arta.press("Save")
    arta.sees_notice()
    arta.sees(SECRET)
    arta.tick("We ask for a change")
    arta.press("Send the answer", status=422)
    arta.fill("What should be changed", "Two days instead of three, please.")
    arta.press("Send the answer")
    arta.sees("Waiting for the lead", "Two days instead of three, please.")
    return link


def answer_the_request(omar: Visitor, application: str) -> None:
    """From the task list to the answer."""
    omar.goto(f"/applications/{application}")
    omar.follow("Read and answer")
    omar.follow("Answer")
    omar.press("Answer", status=422)
    omar.tick("Done")
    omar.press("Answer")
    omar.sees_notice()


def change(omar: Visitor, application: str) -> None:
    """The page names whom the change touches."""
    omar.goto(f"/applications/{application}/answers/ask")
    omar.fill("What will be done", "A workshop of two days for twenty-four people.")
    omar.press("Save", status=409)
    omar.sees("Kosovo* Police")
    omar.press("Save and void the confirmations")


def renew(arta: Visitor, old: str) -> None:
    """The difference, word by word, and one button."""
    mail = arta.post.next(arta.email, "TAF-2026-97/001", link="partner")
    assert "What will be done" in mail.text
    assert "two days" not in mail.text
    arta.goto(next(word for word in mail.text.split() if "/link/partner/" in word))
    arta.sees("What has changed since you confirmed")
    assert arta.page.locator("del").all_inner_texts() == ["three"]
    assert arta.page.locator("ins").all_inner_texts() == ["two"]
    arta.press("Confirm again")
    arta.heading("Thank you, this is confirmed")
    arta.goto(old)
    arta.heading("Thank you, this is confirmed")
