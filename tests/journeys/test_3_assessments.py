"""Admissibility and assessment: what assessors may see and when, drafts kept while they type, conflicts that shut out."""

from uuid import UUID

from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

CALL = "TAF-2026-33"


def check_and_assign(ada: Visitor, call_id: UUID, first: UUID) -> None:
    """The secretariat judges what came in, and gives it to two assessors."""
    ada.goto("/applications/received")
    ada.follow("Against smuggling")
    ada.follow("Check admissibility")
    ada.press("Save the assessment", status=422)
    for met in ada.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    ada.tick("Yes, it goes to assessment")
    ada.press("Save the assessment")
    assert ada.page.url.endswith(f"/applications/{first}")
    ada.goto(f"/evaluation/{call_id}")
    ada.press("Assign", status=422)
    for box in ada.page.locator("#f-applications input[type=checkbox]").all():
        box.check()
    ada.tick("Elena Rossi")
    ada.tick("Erik Dahl")
    ada.press("Assign")
    ada.sees_notice()
    expect(ada.page.locator("#f-applications .status").filter(has_text="Not declared")).to_have_count(4)


def declare(elena: Visitor, call_id: UUID, application: UUID) -> None:
    """Before both declarations an assessor sees title and parties only."""
    mail = elena.post.next(elena.email, CALL)
    assert f"{elena.url}/assessments" in mail.text
    elena.goto("/assessments")
    expect(elena.page.locator(f'main a[href="/assessments/calls/{call_id}"]')).to_be_visible()
    elena.goto(f"/applications/{application}", status=404)
    elena.goto(f"/assessments/{application}")
    elena.heading("Declaration of objectivity and confidentiality")
    elena.press("Sign the declaration", status=422)
    elena.check("agreed")
    elena.press("Sign the declaration")
    assert elena.page.url.endswith(f"/assessments/{application}/conflict")
    elena.sees("Against smuggling", "Kosovo* Police")
    elena.sees_not("What will be done", "A workshop of three days")
    elena.check("conflict", "no")
    elena.press("Declare")
    elena.sees("What will be done", "A workshop of three days for twenty-four people.")


def score(elena: Visitor, service: Service, application: UUID) -> None:
    """A draft is kept while it is typed, and still there on another day; what is sent is frozen."""
    elena.page.get_by_label("Relevance: comment (optional)").press_sequentially("Well argued")
    expect(elena.page.locator("[data-saved]")).to_contain_text("Saved")
    kept = "SELECT typed -> 'comment-relevance' ->> 0 FROM unsaved WHERE subject_id = :id AND section = 'assessment'"
    until("the draft", lambda: service.rows(kept, id=application) == [("Well argued",)])
    elena.goto("/assessments")
    elena.sees("Draft saved")
    elena.goto(f"/assessments/{application}")
    expect(elena.page.get_by_label("Relevance: comment (optional)")).to_have_value("Well argued")
    elena.fill("Financial and operational capacity: score", "20.5")
    elena.fill("Relevance: score", "70")
    elena.press("Check and send", status=422)
    elena.fill("Financial and operational capacity: score", "15.5")
    elena.press("Check and send")
    elena.sees("85.5")
    elena.sees_state("final-once-sent")
    elena.press("Send the assessment")
    elena.sees_notice()
    elena.goto(f"/assessments/{application}")
    elena.sees_state("sent")
    assert elena.post_form(f"/assessments/{application}", {"score-relevance": "1"})[0] == 409


def recuse(erik: Visitor, service: Service, call_id: UUID, application: UUID) -> None:
    """A conflict shuts its assessor out, and every attempt is written down."""
    erik.goto(f"/assessments/calls/{call_id}")
    erik.check("agreed")
    erik.press("Sign the declaration")
    erik.sees("Against smuggling")
    erik.check("conflict", "yes")
    erik.press("Declare", status=422)
    erik.fill("What the conflict is", "A former colleague leads the team.")
    erik.press("Declare")
    erik.sees_notice()
    erik.sees_not("Against smuggling")
    erik.goto(f"/assessments/{application}", status=403)
    erik.goto(f"/applications/{application}", status=404)
    assert erik.post_form(f"/assessments/{application}", {"score-relevance": "1"})[0] == 403
    attempts = "SELECT count(*) FROM event WHERE kind = 'RecusedAttempt'"
    assert service.value_of(attempts) == 3


def test_assessors_declare_score_and_are_shut_out_by_a_conflict(
    company: Company, stage: Stage, service: Service
) -> None:
    wishes = [Wish("Against smuggling"), Wish("Against forgery", lead="milena")]
    call_id, smuggling, forgery = stage.closed(CALL, "Borders", wishes)
    stage.admit(forgery)
    ada, elena, erik = company["ada"], company["elena"], company["erik"]
    check_and_assign(ada, call_id, smuggling)
    declare(elena, call_id, smuggling)
    score(elena, service, smuggling)
    recuse(erik, service, call_id, smuggling)
    ada.goto(f"/evaluation/{call_id}")
    ada.sees("Recused", "Sent")
    ada.sees_state("not-ranked-yet")
    ada.goto(f"/evaluation/{call_id}/scores", status=403)
    ada.goto(f"/evaluation/{call_id}/ranking", status=409)
