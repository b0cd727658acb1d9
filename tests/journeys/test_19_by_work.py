"""A call from its opening to the signature: everybody begins at the start page, and goes on by what it says they can do now."""

import re

from playwright.sync_api import Locator, expect

from facility import clock
from tests.journeys.cast import Company
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

REFERENCE = "TAF-2026-190"


def _row(visitor: Visitor, verb: str) -> Locator:
    return visitor.page.locator("[data-work] a").filter(has_text=re.compile(rf"^{verb} {REFERENCE}"))


def begin(visitor: Visitor, verb: str) -> None:
    """From the start page to what waits there in this call; other journeys have left more work than it shows at once."""
    visitor.goto(f"/?call={REFERENCE}")
    visitor.clicks = 0
    visitor.step(_row(visitor, verb).first.click)


def ended(visitor: Visitor, verb: str) -> int:
    """The start page offers it no longer; how many clicks it took."""
    clicks = visitor.clicks
    visitor.goto(f"/?call={REFERENCE}")
    expect(_row(visitor, verb)).to_have_count(0)
    return clicks


def open_it(ada: Visitor, vera: Visitor) -> list[int]:
    """Two people, one after the other."""
    begin(ada, "Open")
    ada.press("Begin the opening")
    begun = ended(ada, "Open")
    begin(vera, "Open")
    vera.press("Confirm and open")
    return [begun, ended(vera, "Open")]


def check(ada: Visitor) -> int:
    """Admissibility."""
    begin(ada, "Check the admissibility of")
    for met in ada.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    ada.tick("Yes, it goes to assessment")
    ada.press("Save the assessment")
    return ended(ada, "Check the admissibility of")


def assign(ada: Visitor) -> int:
    """To two assessors."""
    begin(ada, "Assign assessors in")
    for box in ada.page.locator("#f-applications input[type=checkbox]").all():
        box.check()
    ada.tick("Elena Rossi")
    ada.tick("Erik Dahl")
    ada.press("Assign")
    return ended(ada, "Assign assessors in")


def assess(assessor: Visitor) -> int:
    """Both declarations, then the scores."""
    begin(assessor, "Assess")
    assessor.tick("I have read this declaration and sign it.")
    assessor.press("Sign the declaration")
    assessor.tick("No, there is no conflict of interests")
    assessor.press("Declare")
    assessor.fill("Financial and operational capacity: score", "15.5")
    assessor.fill("Relevance: score", "70")
    assessor.press("Check and send")
    assessor.press("Send the assessment")
    return ended(assessor, "Assess")


def decide(vera: Visitor, paul: Visitor) -> list[int]:
    """Vera proposes, Paul decides."""
    begin(vera, "Propose the ranking of")
    vera.press("Propose this ranking")
    proposed = ended(vera, "Propose the ranking of")
    paul.post.next(paul.email, f"{REFERENCE} waits for your decision")
    begin(paul, "Decide the ranking of")
    paul.press("Decide the call")
    return [proposed, ended(paul, "Decide the ranking of")]


def sign(ada: Visitor) -> int:
    """The day on which the agreement was signed."""
    begin(ada, "Sign the agreement on")
    ada.fill("Signed on", clock.now().date().isoformat())
    ada.press("Save")
    return ended(ada, "Sign the agreement on")


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
    begin(omar, "Plan the activities of")
