from datetime import date

import pytest

from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.experts.rules.profile import (
    Period,
    is_available,
    is_booked,
    regional_language,
    speaks,
)


def october(day: int) -> date:
    return date(2021, 10, day)


def test_today_s_members() -> None:
    assert len(EU_MEMBER_STATES) == 27
    assert EU_MEMBER_STATES.isdisjoint({"EL", "GB", "RS", "NO", "CH"})


def test_a_language_is_spoken_at_its_level_or_better() -> None:
    levels = ("B2", "C1", "C2")
    assert [speaks({"en": "C1"}, "en", level) for level in levels] == [True, True, False]  # type: ignore[arg-type]
    assert speaks({"en": "C1"}, "fr", "A1") is False


def test_the_best_regional_language_counts_from_b1() -> None:
    assert regional_language({"sq": "A2", "en": "C2"}) is None
    assert regional_language({"sr": "B1", "mk": "C1", "hr": "C1"}) == "hr"
    assert regional_language({"cnr": "B1"}) == "cnr"


@pytest.mark.parametrize(
    ("periods", "available"),
    [
        ([(4, 8)], True),
        ([(1, 31)], True),
        ([(5, 8)], False),
        ([(4, 7)], False),
        ([(6, 9), (1, 5)], True),
        ([(1, 4), (6, 9)], False),
        ([(1, 6), (2, 3), (5, 8)], True),
        ([], False),
    ],
)
def test_available_on_every_day(periods: list[tuple[int, int]], available: bool) -> None:
    spans: list[Period] = [(october(first), october(last)) for first, last in periods]
    assert is_available(spans, october(4), october(8)) is available


def test_booked_on_one_day_is_booked() -> None:
    assert [is_booked({october(day)}, october(4), october(8)) for day in (3, 4, 8, 9)] == [
        False,
        True,
        True,
        False,
    ]
    assert is_booked({october(1), october(5), october(30)}, october(4), october(8))
    assert not is_booked({october(1), october(30)}, october(4), october(8))
