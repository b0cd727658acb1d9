"""Everything works without JavaScript: an application from the sign-in to its receipt."""

from tests.journeys import test_2_applications as steps
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.stage import Stage


def test_from_sign_in_to_receipt_without_script(company: Company, stage: Stage, visit: Opens) -> None:
    for key in ("omar", "arta"):
        company[key]
    stage.call("TAF-2026-80", "Plain pages")
    omar = visit(company["omar"].email, script=False)
    petra = visit("petra@plain.example", phone=True, script=False)
    omar.sign_in(by="code")
    application = steps.start(omar, "TAF-2026-80")
    steps.write_answers(omar)
    steps.write_own_part(omar)
    omar.goto(f"/applications/{application}/check")
    steps.add_partner(omar, petra.email)
    omar.press("Ask for confirmation")
    steps.confirm(petra)
    steps.edit_what_was_confirmed(omar, application)
    steps.confirm(petra)
    fingerprint = steps.submit(omar, application, "TAF-2026-80-001.json")
    omar.goto(f"/applications/{application}/receipt")
    omar.sees(fingerprint)
