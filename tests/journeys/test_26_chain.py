"""Experts are asked one after the other until the list has run out, and longer; and two at once for one seat."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from facility import clock
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_24_judged import begin
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.usefixtures("second_worker")

CALL = "TAF-2026-260"
THEME = "X.ASSETREC"
HOURS = 48
TO_READ = timedelta(seconds=20)
"""In which the first one opens the mail, before the time to answer is over."""


def decline(two: Visitor, reference: str) -> None:
    """With a reason, and somebody else's name."""
    two.open_mail(reference)
    two.unfold("Say no, and why")
    two.check("why", "dates")
    two.page.locator("#f-colleague").fill("Lea Roth, Bundeskriminalamt")
    two.press("Decline")
    two.heading("Thank you for your answer")


def withdraw(three: Visitor, reference: str) -> None:
    """A yes, and then not."""
    three.open_mail(reference)
    three.press("Yes, I can come")
    three.heading("Thank you, you are booked")
    three.unfold("I cannot come after all")
    three.fill("Reason", "A trial on the same days.")
    three.press("Cancel my booking")
    three.heading("You are no longer booked")


def both_say_yes(faster: Visitor, slower: Visitor, reference: str) -> None:
    """Both have the page open, and one of them is faster."""
    faster.open_mail(reference)
    slower.open_mail(reference)
    faster.press("Yes, I can come")
    faster.heading("Thank you, you are booked")
    slower.press("Yes, I can come", status=409)
    slower.heading("Thank you, others can come")
    assert reference in slower.post.next(slower.email, "Not needed any more").text


def make_longer(ada: Visitor, reference: str) -> None:
    """The list has run out; the mail and the page say who could still be asked."""
    mail = ada.post.next(ada.email, f"No expert left to ask: {reference}")
    assert "English at B1 instead of B2: 1 more" in mail.text
    begin(ada, "requests-for-experts-whose-list-has-run-out", CALL, f"{reference} Tirana")
    ada.sees("No answer in time", "Lea Roth, Bundeskriminalamt", "A trial on the same days.")
    ada.press("Ask these experts", within=ada.row("English at B1 instead of B2"))
    ada.sees_state("list-longer-by-1")


def keep(head: Visitor, reference: str) -> None:
    """The superior can't do without the expert."""
    head.open_mail(reference)
    head.tick("No")
    head.fill("Your name and function", "Hanna Roth, head of unit")
    head.press("Send the answer", status=422)
    head.fill("Reason", "Needed in an investigation of our own.")
    head.press("Send the answer")
    head.heading("Thank you for your answer")


def test_silence_a_no_and_a_withdrawal_and_two_at_once(company: Company, stage: Stage, visit: Opens) -> None:
    application = stage.awarded(CALL, "Who is left to ask", Wish("What was stolen is found"))
    first = clock.now().date() + timedelta(days=60)
    for number, level, english in ((1, 5, "C1"), (2, 4, "C1"), (3, 3, "C1"), (4, 5, "B1")):
        stage.expert(
            f"X26{number}",
            "DE",
            first,
            first + timedelta(days=9),
            themes={THEME: level},
            languages={"en": english},
            superior_name=f"Superior of {number}",
            superior_email=address(f"superior26{number}"),
        )
    x261, x262, x263, x264 = (visit(address(f"x26{number}"), phone=True) for number in range(1, 5))
    almost_over = clock.now() - timedelta(hours=HOURS) + TO_READ
    chain = stage.request_expert(
        application,
        first,
        first + timedelta(days=2),
        at=almost_over,
        themes={THEME: 3},
        respond_within_hours=HOURS,
        release_days=5,
    )
    silent = x261.open_mail(chain.reference)
    expect(x261.page.locator('main[data-state="open"]')).to_be_visible()
    at_once = stage.request_expert(
        application,
        first + timedelta(days=7),
        first + timedelta(days=9),
        themes={THEME: 3},
        ask_at_once=2,
    )
    both_say_yes(x261, x262, at_once.reference)
    decline(x262, chain.reference)
    x261.goto(silent)
    x261.heading("The time to answer is over")
    withdraw(x263, chain.reference)
    make_longer(company["ada"], chain.reference)
    x264.open_mail(chain.reference)
    x264.sees("at least B1")
    x264.press("Yes, I can come")
    x264.heading("Thank you, you are booked")
    keep(visit(address("superior264")), chain.reference)
    assert "Needed in an investigation of our own" in x264.post.next(x264.email, "Not released").text
    begin(company["ada"], "requests-for-experts-whose-list-has-run-out", CALL, f"{chain.reference} Tirana")
