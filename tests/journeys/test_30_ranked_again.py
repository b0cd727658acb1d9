"""A complaint that changes the ranking: upheld, assessed again by somebody else, proposed and decided as version 2, and read by the lead."""

import re

import msgspec
from playwright.sync_api import expect

from facility import clock
from facility.calls.rules.after_decision import AfterDecision
from facility.story.calls import SHORT_GRID
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_24_judged import begin
from tests.journeys.visitor import Visitor

CALL = "TAF-2026-301"


def decided(stage: Stage) -> None:
    """EUR 60 000: the first gets 50 000, the second waits for 20 000, the third (5 000) is below a threshold."""
    rules = AfterDecision(complaint_days=14, answer_days=30)
    wishes = [
        Wish("Ships", amounts=("30000.00", "20000.00")),
        Wish("Ports", amounts=("10000.00", "10000.00")),
        Wish("Roads", amounts=("3000.00", "2000.00")),
    ]
    grid = msgspec.structs.replace(SHORT_GRID, min_assessments=1)
    call_id, *keys = stage.closed(CALL, "Ranked again", wishes, after_decision=rules, grid=grid)
    for key, points in zip(keys, ("64", "60", "10"), strict=True):
        stage.admit(key)
        stage.score(key, "elena", "16", points)
    stage.tell(lambda teller: teller.decide(call_id, clock.now()), "paul")


def complain(omar: Visitor) -> None:
    omar.open_mail(f"Application {CALL}/003")
    omar.fill("What you complain about", "The second section was misread.")
    omar.fill("Your name and function", "Omar Hoxha, head of unit")
    omar.press("Send the complaint")


def uphold(ada: Visitor) -> None:
    """Ada, who took no part."""
    begin(ada, "complaints-to-decide", CALL)
    ada.check("outcome", "others")
    ada.press("Decide the complaint", status=422)
    ada.fill("Reasons", "The annex was not read.")
    ada.press("Decide the complaint")
    ada.sees("Upheld")
    expect(ada.page.locator('[data-state="assessed-by-others"]')).to_contain_text("2")


def assign(vera: Visitor) -> None:
    begin(vera, "calls-whose-applications-lack-assessors", CALL)
    vera.sees_state("assessed-again")
    vera.tick(f"Choose {CALL}/003")
    vera.tick("Elena Rossi")
    vera.press("Assign", status=422)
    vera.page.get_by_label("Elena Rossi").uncheck()
    vera.tick("Erik Dahl")
    vera.press("Assign")


def propose_and_decide(vera: Visitor, paul: Visitor) -> None:
    begin(vera, "new-versions-of-rankings-to-propose", CALL)
    vera.sees("Award at once")
    vera.sees_state("awards-stay")
    vera.press("Propose this version")
    begin(paul, "new-versions-of-rankings-to-decide", CALL)
    paul.sees("Award at once")
    paul.press("Decide this version")
    paul.sees("Version 2 of the ranking", f"{CALL}/C1")
    paul.sees_state("in-force")
    paul.follow(re.compile("^Version 1, decided on"))
    paul.sees_state("replaced")


def test_a_complaint_changes_the_ranking(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    decided(stage)
    company["erik"]
    vera, paul = company["vera"], visit(company["paul"].email, phone=True)
    paul.sign_in()
    omar = visit(company["omar"].email, phone=True)
    complain(omar)
    uphold(company["ada"])
    assign(vera)
    key = service.value_of("SELECT id FROM application WHERE reference = :name", name=f"{CALL}/003")
    stage.score(key, "erik", "16", "70")
    propose_and_decide(vera, paul)
    assert f"{CALL}/C1 is upheld" in letter_to(omar, f"{CALL}/003", "complaint_decided")
    words = letter_to(omar, f"{CALL}/003", "award")
    assert f"{CALL}/C1" in words
    assert service.value_of("SELECT status FROM application WHERE id = :id", id=key) == "awarded"
    kept = """SELECT string_agg(kind, ' ' ORDER BY letter.created_at) FROM letter JOIN application ON application.id = application_id
        WHERE reference = :name"""
    assert service.value_of(kept, name=f"{CALL}/002") == "receipt reserve", (
        "nothing has changed for who waits"
    )
