"""How days and instants are written on pages."""

from datetime import UTC, date, datetime

import pytest

from facility import clock
from facility.clock import BRUSSELS
from facility.web import filters

JUST_PAST_MIDNIGHT = datetime(2021, 7, 30, 22, 30, tzinfo=UTC)  # 00:30 on 31 July in Brussels


def test_the_day_of_an_instant_is_the_day_in_brussels() -> None:
    assert filters.day(JUST_PAST_MIDNIGHT) == "31 July 2021"
    assert filters.weekday(JUST_PAST_MIDNIGHT) == "Saturday 31 July 2021"
    assert filters.short_day(JUST_PAST_MIDNIGHT) == "Sat 31 Jul 2021"
    assert filters.day(date(2021, 7, 30)) == "30 July 2021"


def test_the_year_stands_only_where_it_is_not_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert filters.moment(JUST_PAST_MIDNIGHT) == "Sat 31 Jul 2021, 00:30"
    monkeypatch.setattr(clock, "now", lambda: datetime(2021, 12, 31, 23, 30, tzinfo=BRUSSELS))
    assert filters.moment(JUST_PAST_MIDNIGHT) == "Sat 31 Jul, 00:30"
    assert filters.short_day(date(2021, 8, 1)) == "Sun 1 Aug"
    assert filters.short_day(date(2022, 1, 1)) == "Sat 1 Jan 2022"
