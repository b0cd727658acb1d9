"""To whom what is left of the money is offered, as a rule; what a call may say of offers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.awards.rules.money_line import Offers, Request, draw_line
from facility.calls.rules.after_decision import AfterDecision, after_decision_mistakes

RULES = AfterDecision(offer_days=14, offer_percent=30)


def line(
    asks: Iterable[str], free: str, offers: Offers | None, *, skip: bool = False, **more: Any
) -> dict[str, str]:
    requests = [Request(str(place), Decimal(amount)) for place, amount in enumerate(asks)]
    drawn = draw_line(requests, Decimal(free), skip, offers=offers, **more)
    return {name: str(amount) for name, amount in drawn.offered.items()}


@pytest.mark.parametrize(
    ("percent", "least", "more", "offered"),
    [
        (30, "1", {}, {"1": "20"}),
        (34, "1", {}, {}),
        (0, "20", {}, {"1": "20"}),
        (0, "20.01", {}, {}),
        (30, "1", {"carried": {"1"}}, {}),
    ],
)
def test_what_is_offered(percent: int, least: str, more: dict[str, Any], offered: dict[str, str]) -> None:
    assert line(("80", "60", "15"), "100", Offers(percent, Decimal(least)), **more) == offered
    assert line(("80", "60", "15"), "100", None, **more) == {}


AMOUNTS = st.lists(st.integers(1, 9000).map(lambda cents: Decimal(cents) / 100), max_size=8)


@settings(max_examples=60)
@given(AMOUNTS, st.integers(0, 20000), st.booleans(), st.integers(0, 99))
def test_offers_and_awards_never_come_to_more_than_is_free(
    asks: list[Decimal], cents: int, skip: bool, percent: int
) -> None:
    free = Decimal(cents) / 100
    requests = [Request(str(place), amount) for place, amount in enumerate(asks)]
    with_offers = draw_line(requests, free, skip, offers=Offers(percent, Decimal("0.01")))
    plain = draw_line(requests, free, skip)
    spent = sum((asks[int(name)] for name in with_offers.awards), Decimal(0))
    assert spent + sum(with_offers.offered.values()) <= free
    assert with_offers.left == free - spent
    assert set(with_offers.offered) <= set(with_offers.reserve[:1])
    assert set(with_offers.awards) <= set(plain.awards)
    assert all(with_offers.offered[name] < asks[int(name)] for name in with_offers.offered)


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        (RULES, []),
        (AfterDecision(offer_days=5, offer_least=Decimal(10)), []),
        (AfterDecision(offer_days=5), [("offer_least_missing", "offer_percent")]),
        (AfterDecision(offer_percent=5), [("offer_days_missing", "offer_days")]),
        (msgspec.structs.replace(RULES, offer_percent=0), [("below_one", "offer_percent")]),
    ],
)
def test_what_a_call_says_of_offers(rules: AfterDecision, wrong: list[tuple[str, str]]) -> None:
    assert [(reason.code, reason.field) for reason in after_decision_mistakes(rules)] == wrong
