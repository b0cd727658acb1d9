"""Everything works without JavaScript: an application from the sign-in to its receipt, with activities, a budget by
lines, and a part that each party fills in for itself."""

from uuid import UUID

from facility.calls.rules.forms import FormDefinition
from facility.demo.budgets import BY_LINES
from tests.journeys import test_2_applications as steps
from tests.journeys import test_11_budget as budget
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.stage import Stage
from tests.journeys.test_12_partners import PART
from tests.journeys.visitor import Visitor

FORM = FormDefinition((*BY_LINES.sections, PART))


def name_the_parties(omar: Visitor, application: UUID, mail: str) -> None:
    """Roles without amounts, which come from the budget."""
    omar.goto(f"/applications/{application}")
    omar.follow("Partners, amounts and confirmations")
    omar.follow("Change role or contact Albanian State Police")
    omar.fill("What it does in this application", "Hosts the workshop.")
    omar.press("Save")
    omar.follow("Add a partner")
    omar.find("косово", "Kosovo* Police")
    omar.fill("What it does in this application", "Sends six investigators.")
    omar.fill("Contact person", "Petra Gashi")
    omar.fill("Mail address", mail)
    omar.press("Save")


def plan_and_reckon(omar: Visitor, application: UUID) -> None:
    """An activity, and lines that a button adds up."""
    omar.goto(f"/applications/{application}/activities")
    omar.follow("Add an activity")
    budget.add_activity(omar, "Tracing workshop", "Workshop", "Tirana", "Albania")
    omar.follow("Continue: Budget")
    budget.type_rows(omar, budget.ROWS[:4])
    omar.press("Recalculate")
    omar.sees("Total EUR 7 040.60")
    omar.press("Save")


def write_part(visitor: Visitor) -> None:
    """What a party fills in for itself."""
    visitor.follow("Your own part")
    visitor.fill("What you contribute", "Six investigators and a room.")
    visitor.press("Save")


def test_from_sign_in_to_receipt_without_script(company: Company, stage: Stage, visit: Opens) -> None:
    for key in ("omar", "arta"):
        company[key]
    stage.call("TAF-2026-80", "Plain pages", form=FORM)
    omar = visit(company["omar"].email, script=False)
    petra = visit("petra@plain.example", phone=True, script=False)
    omar.sign_in(by="code")
    application = steps.start(omar, "TAF-2026-80")
    steps.write_answers(omar)
    name_the_parties(omar, application, petra.email)
    plan_and_reckon(omar, application)
    omar.goto(f"/applications/{application}")
    write_part(omar)
    omar.goto(f"/applications/{application}/partners")
    omar.press("Ask for confirmation")
    petra.open_mail("Please confirm")
    write_part(petra)
    steps.answer(petra)
    steps.edit_what_was_confirmed(omar, application)
    steps.confirm(petra)
    fingerprint = steps.submit(omar, application, "TAF-2026-80-001.json")
    omar.goto(f"/applications/{application}/receipt")
    omar.sees(fingerprint)
