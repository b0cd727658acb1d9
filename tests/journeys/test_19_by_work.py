"""A call from its opening to the signature: everybody begins at the start page, and goes on by what it says they can do now."""

from playwright.sync_api import Locator, expect

from facility import clock
from tests.journeys.cast import Company
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

REFERENCE = "TAF-2026-190"
TO_OPEN = "closed-calls-to-be-opened-by-two-people"
TO_CHECK = "applications-whose-admissibility-is-to-be-checked"
TO_ASSIGN = "calls-whose-applications-lack-assessors"
TO_ASSESS = "applications-to-assess"
TO_PROPOSE = "rankings-to-propose"
TO_DECIDE = "proposed-rankings-to-decide"
TO_SIGN = "awards-whose-agreement-is-to-be-signed"
TO_PLAN = "awards-without-an-activity"


def _row(visitor: Visitor, work: str) -> Locator:
    return visitor.page.locator(f'[data-work="{work}"] a', has_text=REFERENCE)


def begin(visitor: Visitor, work: str) -> None:
    """From the start page to what waits there in this call; other journeys have left more work than it shows at once."""
    visitor.goto(f"/?call={REFERENCE}")
    visitor.clicks = 0
    visitor.step(_row(visitor, work).first.click)


def ended(visitor: Visitor, work: str) -> int:
    """The start page offers it no longer; how many clicks it took."""
    clicks = visitor.clicks
    visitor.goto(f"/?call={REFERENCE}")
    expect(_row(visitor, work)).to_have_count(0)
    return clicks


def open_it(ada: Visitor, vera: Visitor) -> list[int]:
    """Two people, one after the other."""
    begin(ada, TO_OPEN)
    ada.press("Begin the opening")
    begun = ended(ada, TO_OPEN)
    begin(vera, TO_OPEN)
    vera.press("Confirm and open")
    return [begun, ended(vera, TO_OPEN)]


def check(ada: Visitor) -> int:
    """Admissibility."""
    begin(ada, TO_CHECK)
    for met in ada.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    ada.tick("Yes, it goes to assessment")
    ada.press("Save the assessment")
    return ended(ada, TO_CHECK)


def assign(ada: Visitor) -> int:
    """To two assessors."""
    begin(ada, TO_ASSIGN)
    for box in ada.page.locator("#f-applications input[type=checkbox]").all():
        box.check()
    ada.tick("Elena Rossi")
    ada.tick("Erik Dahl")
    ada.press("Assign")
    return ended(ada, TO_ASSIGN)


def assess(assessor: Visitor) -> int:
    """Both declarations, then the scores."""
    begin(assessor, TO_ASSESS)
    assessor.page.get_by_role("checkbox").check()
    assessor.press("Sign the declaration")
    assessor.page.locator('[name="conflict"][value="no"]').check()
    assessor.press("Declare")
    assessor.fill("Financial and operational capacity: score", "15.5")
    assessor.fill("Relevance: score", "70")
    assessor.press("Check and send")
    assessor.press("Send the assessment")
    return ended(assessor, TO_ASSESS)


def decide(vera: Visitor, paul: Visitor) -> list[int]:
    """Vera proposes, Paul decides."""
    begin(vera, TO_PROPOSE)
    vera.press("Propose this ranking")
    proposed = ended(vera, TO_PROPOSE)
    paul.post.next(paul.email, REFERENCE)
    begin(paul, TO_DECIDE)
    paul.press("Decide the call")
    return [proposed, ended(paul, TO_DECIDE)]


def sign(ada: Visitor) -> int:
    """The day on which the agreement was signed."""
    begin(ada, TO_SIGN)
    ada.fill("Signed on", clock.now().date().isoformat())
    ada.press("Save")
    return ended(ada, TO_SIGN)


def test_each_role_by_what_the_start_page_says(company: Company, stage: Stage) -> None:
    """How many clicks each takes from the start page is part of what is promised."""
    stage.closed(REFERENCE, "By the start page", [Wish("Work finds its person")], opened=False)
    ada, vera, paul, elena, erik = (company[key] for key in ("ada", "vera", "paul", "elena", "erik"))
    clicks = {
        "open": open_it(ada, vera),
        "check": check(ada),
        "assign": assign(ada),
        "assess": [assess(elena), assess(erik)],
        "decide": decide(vera, paul),
        "sign": sign(ada),
    }
    assert clicks == {"open": [2, 2], "check": 2, "assign": 2, "assess": [5, 5], "decide": [2, 2], "sign": 2}
    omar = company["omar"]
    begin(omar, TO_PLAN)
