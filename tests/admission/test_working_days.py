"""Periods in working days: the day of the event is not counted, and a period ends with its last day in Brussels."""

from datetime import UTC, date, datetime, timedelta

import pytest

from facility.admission.rules.working_days import (
    day_after,
    easter,
    end_of_period,
    is_working_day,
    last_day,
    reminder,
)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year: int, day: date) -> None:
    assert easter(year) == day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 26), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 4, 2), False),  # Maundy Thursday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), True),
        (date(2026, 5, 14), False),  # Ascension
        (date(2026, 5, 15), False),
        (date(2026, 5, 25), False),  # Whit Monday
        (date(2026, 7, 21), False),
        (date(2026, 12, 23), True),
        (date(2026, 12, 24), False),
        (date(2027, 1, 4), True),
    ],
)
def test_days_on_which_the_institutions_work(day: date, works: bool) -> None:
    assert is_working_day(day) is works


YEAR_END = "12-24 12-25 12-26 12-29 12-30 12-31"


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        # OJ C 39, 12.2.2013, p. 26; it names 2 January 2015 as well.
        (
            "2014-01-01",
            "2014-12-31",
            f"01-01 01-02 04-17 04-18 04-21 05-01 05-09 05-29 05-30 06-09 07-21 08-15 {YEAR_END}",
        ),
        # OJ C 201 I, 28.5.2021, p. 2, for Brussels.
        (
            "2023-01-01",
            "2023-12-31",
            "01-02 04-06 04-07 04-10 05-01 05-09 05-18 05-19 05-29 07-21 08-15 11-01 11-02 12-25 12-26 12-27 12-28 12-29",
        ),
        # OJ C 440, 21.11.2022, p. 15: Schuman's declaration and Ascension fall on one day.
        ("2024-01-01", "2024-08-15", "01-01 01-02 03-28 03-29 04-01 05-01 05-09 05-10 05-20 08-15"),
    ],
)
def test_holidays_are_those_that_the_commission_decided_on(first: str, last: str, closed: str) -> None:
    begin, days = date.fromisoformat(first), (date.fromisoformat(last) - date.fromisoformat(first)).days
    week = [day for n in range(days + 1) if (day := begin + timedelta(days=n)).weekday() < 5]
    assert [f"{day:%m-%d}" for day in week if not is_working_day(day)] == closed.split()


def test_the_day_of_the_event_is_not_counted() -> None:
    friday = date(2021, 7, 30)
    assert day_after(friday, 1) == date(2021, 8, 2)
    assert day_after(friday, 5) == date(2021, 8, 6)
    assert day_after(date(2021, 7, 31), 1) == date(2021, 8, 2)  # an event on a Saturday


def test_a_period_over_the_end_of_the_year_waits_for_the_institutions() -> None:
    assert day_after(date(2026, 12, 22), 2) == date(2027, 1, 4)


def test_a_period_ends_with_the_last_hour_of_its_last_day_in_brussels() -> None:
    evening = datetime(2021, 7, 30, 21, 59, tzinfo=UTC)  # 23:59 in Brussels, still Friday
    night = datetime(2021, 7, 30, 22, 0, tzinfo=UTC)  # Saturday in Brussels
    assert end_of_period(evening, 1) == end_of_period(night, 1) == datetime(2021, 8, 2, 22, tzinfo=UTC)
    assert last_day(end_of_period(evening, 1)) == date(2021, 8, 2)
    # Two holidays, and the clocks go back on 31 October 2021: the day begins an hour later in UTC.
    assert end_of_period(datetime(2021, 10, 29, 8, tzinfo=UTC), 3) == datetime(2021, 11, 5, 23, tzinfo=UTC)


def test_a_reminder_leaves_a_day_to_answer() -> None:
    friday = datetime(2021, 7, 30, 10, tzinfo=UTC)
    assert reminder(friday, 5) == datetime(2021, 8, 5, 6, tzinfo=UTC)
    assert reminder(friday, 3) == datetime(2021, 8, 3, 6, tzinfo=UTC)
    assert reminder(friday, 1) == datetime(2021, 8, 2, 6, tzinfo=UTC)
