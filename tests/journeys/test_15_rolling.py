"""A rolling call: ranked at each cut-off; what finds no money is ranked once more at the next one, and only once."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest
from playwright.sync_api import expect

from facility import clock
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.modes import Mode
from facility.story.calls import SHORT_GRID
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage
from tests.journeys.test_4_awards import letter_to
from tests.journeys.visitor import Visitor

SERIES = "TAF-2026-75"
FUNDED, CARRIED = "Papers that are checked", "Patrols that meet"
AGAIN, LATER = "Papers, continued", "Phones that are read"


class Rolling(NamedTuple):
    """A series whose first two cut-offs are over, and its batches."""

    series: UUID
    first: UUID
    second: UUID


@pytest.fixture
def rolling(company: Company, stage: Stage, service: Service) -> Rolling:
    """One award takes most of the money; two applications came in for the first cut-off and two for the second."""
    for key in ("omar", "milena", "arta", "paul", "elena"):
        company[key]
    now = clock.now().replace(microsecond=0)
    cut_offs = (now - timedelta(days=5), now - timedelta(hours=1), now + timedelta(days=30))
    series = stage.call(
        SERIES,
        "Joint work at any time",
        opens_at=now - timedelta(days=10),
        closes_at=cut_offs[-1],
        amount="60000.00",
        mode=Mode.ROLLING,
        cut_offs=cut_offs,
        grid=msgspec.structs.replace(SHORT_GRID, min_assessments=1),
        cool_down=CoolDown(same_lead_calls=1),
    )
    stage.submitted(series, FUNDED, at=cut_offs[0] - timedelta(hours=2))
    stage.submitted(series, CARRIED, lead="milena", at=cut_offs[0] - timedelta(hours=1))
    small = ("2000.00", "2000.00")
    stage.submitted(series, AGAIN, amounts=small, at=cut_offs[1] - timedelta(hours=2))
    stage.submitted(
        series, LATER, lead="arta", partners=("milena",), amounts=small, at=cut_offs[1] - timedelta(hours=1)
    )
    closed = "SELECT id FROM call WHERE series_id = :id AND state = 'closed' ORDER BY batch"
    until("two cut-offs are over", lambda: len(service.rows(closed, id=series)) == 2)
    (first,), (second,) = service.rows(closed, id=series)
    return Rolling(series, first, second)


def judge(stage: Stage, service: Service, call_id: UUID, scores: dict[str, str]) -> None:
    """Admitted and scored, which other journeys walk."""
    for title, relevance in scores.items():
        key = service.value_of(
            "SELECT id FROM application WHERE call_id = :c AND title = :t", c=call_id, t=title
        )
        stage.admit(key)
        stage.score(key, "elena", "16", relevance)


def open_together(ada: Visitor, vera: Visitor, series: UUID, batch: str) -> None:
    """From the page of the series: Ada begins, Vera confirms."""
    ada.goto(f"/staff/calls/{series}")
    ada.follow(batch)
    ada.follow("Opening by two people")
    ada.press("Begin the opening")
    vera.goto(f"/staff/calls/{series}")
    vera.step(vera.row(batch).get_by_role("link", name="To be opened").click)
    vera.follow("To the opening")
    vera.press("Confirm and open")
    vera.sees_state("opened")


def money_ends(ada: Visitor, left: str, needed: str) -> None:
    """The line across the ranking says how much is left there, and how much the next one needs."""
    line = ada.page.locator(".fundline").filter(has_text=f"EUR {left}").filter(has_text=f"EUR {needed}")
    expect(line).to_have_count(1)


def decide(paul: Visitor, batch: str, carried: str) -> None:
    """Paul decides what the mail told him of; the page says which application is carried over."""
    mail = paul.post.next(paul.email, batch)
    paul.goto(next(word for word in mail.text.split() if word.endswith("/decision")))
    expect(paul.page.locator('[data-state="carried-over"]')).to_contain_text(carried)
    paul.press("Decide the call")
    paul.sees_notice()
    expect(paul.page.locator("h2:text-is('Carried over') + ul")).to_contain_text(carried)


def test_carried_over_once(
    company: Company, stage: Stage, visit: Opens, service: Service, rolling: Rolling
) -> None:
    ada, vera, paul, milena = (company[key] for key in ("ada", "vera", "paul", "milena"))
    anyone = visit(phone=True)
    anyone.goto(f"/calls/{SERIES}")
    anyone.sees("Submit for the next cut-off by")
    anyone.sees_state("ranked-again")

    open_together(ada, vera, rolling.series, f"{SERIES}/B1")
    judge(stage, service, rolling.first, {FUNDED: "70", CARRIED: "65"})
    ada.goto(f"/evaluation/{rolling.first}")
    ada.follow("Ranking")
    ada.sees("Carried over to the next batch")
    money_ends(ada, "10 000.00", "50 000.00")
    ada.press("Propose this ranking")
    decide(paul, f"{SERIES}/B1", CARRIED)
    letter = letter_to(milena, f"{SERIES}/002")
    assert f"{SERIES}/B2" in letter
    milena.goto("/applications")
    milena.follow(CARRIED)
    carried = milena.page.locator(".notice", has_text="Carried over to the next batch")
    milena.sees("Carried over to the next batch")
    expect(carried).to_contain_text(f"{SERIES}/B2")
    milena.follow("What was decided, and the letter")
    expect(carried).to_contain_text(f"{SERIES}/B1")
    expect(carried).to_contain_text(f"{SERIES}/B2")

    open_together(ada, vera, rolling.series, f"{SERIES}/B2")
    judge(stage, service, rolling.second, {AGAIN: "75", LATER: "50"})
    ada.goto(f"/evaluation/{rolling.second}")
    ada.sees(f"Carried over from {SERIES}/B1")
    ada.follow("Ranking")
    money_ends(ada, "6 000.00", "50 000.00")
    ada.press("Propose this ranking")
    decide(paul, f"{SERIES}/B2", LATER)
    assert f"{SERIES}/B3" not in letter_to(milena, f"{SERIES}/002")
    milena.page.reload()
    expect(milena.page.locator("dt:has-text('Place on the reserve list') + dd")).to_have_text("1")
    assert f"{SERIES}/B3" in letter_to(company["arta"], f"{SERIES}/004")
