"""A complaint: by the link in the letter, decided by who took no part, upheld; and what was contested is decided again."""

from uuid import UUID

from facility import clock
from facility.admission.service.admissibility import check_admissibility
from facility.calls.rules.after_decision import AfterDecision
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_24_judged import begin
from tests.journeys.visitor import Visitor

CALL = "TAF-2026-27"


def shut_out(stage: Stage) -> UUID:
    """Ada finds the only application inadmissible."""
    rules = AfterDecision(complaint_days=14, answer_days=30)
    _call, key = stage.closed(CALL, "With complaints", [Wish("Shut out")], after_decision=rules)
    reason = "One partner is not an authority."
    stage.tell(
        lambda teller: teller.act(
            clock.now(), "ada", check_admissibility, key, admissible=False, reason=reason
        )
    )
    return key


def complain(omar: Visitor) -> None:
    """On a phone, from the mail with the letter, without signing in."""
    omar.open_mail(f"Application {CALL}/001")
    omar.heading("Complain about the decision")
    omar.fill("What you complain about", "All our partners are authorities by law.")
    omar.press("Send the complaint", status=422)
    omar.fill("Your name and function", "Omar Hoxha, head of unit")
    omar.press("Send the complaint")
    omar.heading("Your complaint is registered")
    omar.sees(f"{CALL}/C1", "All our partners are authorities by law.")


def uphold(ada: Visitor, vera: Visitor) -> None:
    """Vera decides it: Ada, who made the check, only reads it."""
    begin(vera, "complaints-to-decide", CALL)
    ada.goto(vera.page.url)
    ada.sees_reason("took_part")
    assert ada.post_form(f"{vera.page.url}/decide", {"outcome": "rejected", "reason": "No."})[0] == 403
    vera.sees_state("admissibility-again-if-upheld")
    vera.tick("The complaint is upheld")
    vera.press("Decide the complaint", status=422)
    vera.fill("Reasons", "The law that you name makes it an authority.")
    vera.press("Decide the complaint")
    vera.sees("Upheld")
    vera.sees_state("decided-again")


def check_again(vera: Visitor) -> None:
    """Somebody else than before."""
    begin(vera, "applications-whose-admissibility-is-to-be-checked", CALL)
    vera.sees("Judged before: not admissible", "One partner is not an authority.")
    for met in vera.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    vera.tick("Yes, it goes to assessment")
    vera.press("Save the assessment")


def test_an_upheld_complaint_lets_an_application_in(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    key = shut_out(stage)
    ada, vera = company["ada"], company["vera"]
    omar = visit(company["omar"].email, phone=True)
    complain(omar)
    uphold(ada, vera)
    words = letter_to(omar, f"{CALL}/001", "complaint_decided")
    assert f"{CALL}/C1 is upheld" in words
    assert "The law that you name makes it an authority." in words
    omar.page.reload()
    omar.sees_state("decided-again")
    check_again(vera)
    assert service.value_of("SELECT status FROM application WHERE id = :id", id=key) == "admissible"
