"""Periods in working days: the day of the event is not counted, and a period ends with its last day in Brussels."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from facility.data import DATA
from facility.periods import (
    day_after,
    easter,
    end_of_hours,
    end_of_period,
    is_holiday_by_rule,
    is_working_day,
    last_day,
    last_of_days,
    last_of_months,
    reminder,
)
from facility.zone import BRUSSELS


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


def test_each_list_that_comes_with_the_facility_names_its_source_and_all_its_days_are_in_the_year() -> None:
    years = msgspec.json.decode((DATA / "holidays.json").read_bytes())["years"]
    assert [*years] == ["2025", "2026", "2027", "2028"]
    for year, listed in years.items():
        assert listed["source"]
        days = [date.fromisoformat(f"{year}-{day}") for day in listed["days"]]
        assert days == sorted(set(days))
        first = date(int(year), 1, 1)
        by_rule = [day for n in range(366) if is_holiday_by_rule(day := first + timedelta(days=n))]
        assert days == [day for day in by_rule if day.year == int(year)]


def at(text: str) -> datetime:
    """An instant in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("event", "months", "last"),
    [
        ("2021-07-30T12:00", 6, "2022-01-31"),  # Sunday 30 January (dossier 9)
        ("2021-09-01T15:30", 3, "2021-12-01"),  # dossier 9
        ("2026-08-31T12:00", 6, "2027-03-01"),  # the last of February is a Sunday
        ("2027-08-31T12:00", 6, "2028-02-29"),
        ("2028-02-29T12:00", 12, "2029-02-28"),
        ("2027-11-30T12:00", 3, "2028-02-29"),
        ("2026-08-31T23:59:59", 1, "2026-09-30"),
        ("2026-10-05T12:00", 6, "2027-04-05"),
        ("2025-10-17T12:00", 6, "2026-04-17"),
        (
            "2025-10-02T12:00",
            6,
            "2026-04-07",
        ),  # Maundy Thursday, and the institutions open after Easter Monday
        ("2026-06-24T12:00", 6, "2027-01-04"),  # 24 December to 2 January, then a weekend
        ("2026-02-09T12:00", 3, "2026-05-11"),  # 9 May is a Saturday
        ("2026-06-30T23:30", 6, "2027-01-04"),
        ("2026-12-31T23:30", 2, "2027-03-01"),
    ],
)
def test_months_end_on_the_same_date_or_the_next_working_day(event: str, months: int, last: str) -> None:
    assert last_of_months(at(event), months) == date.fromisoformat(last)


def test_a_period_beyond_the_last_day_ends_with_it() -> None:
    assert last_of_months(at("9999-12-01T12:00"), 1) == last_of_months(at("9999-06-30T12:00"), 6) == date.max
    assert last_of_months(at("9999-11-26T12:00"), 1) == date.max  # the institutions are closed until then


def test_the_day_of_an_event_is_that_of_brussels() -> None:
    evening = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # 1 July in Brussels
    assert last_of_months(evening, 2) == date(2026, 9, 1)
    assert last_of_days(evening, 15) == date(2026, 7, 16)


@pytest.mark.parametrize(
    ("event", "days", "last"),
    [
        ("2021-09-01T15:30", 15, "2021-09-16"),  # dossier 9
        ("2026-07-06T12:00", 15, "2026-07-22"),  # 21 July is a holiday
        ("2026-12-10T12:00", 15, "2027-01-04"),
        ("2026-11-27T12:00", 1, "2026-11-30"),
        ("2026-11-27T12:00", 2, "2026-12-01"),  # Friday; Monday and Tuesday: at least two working days
        ("2026-12-23T12:00", 2, "2027-01-05"),
    ],
)
def test_days_are_those_of_the_calendar_with_two_working_days_at_least(
    event: str, days: int, last: str
) -> None:
    assert last_of_days(at(event), days) == date.fromisoformat(last)


def test_hours_begin_after_that_of_the_event_and_no_holiday_moves_them() -> None:
    assert end_of_hours(at("2026-12-24T10:20"), 48) == at("2026-12-26T11:00")
    assert end_of_hours(at("2026-12-24T10:00"), 1) == at("2026-12-24T12:00")
    assert end_of_hours(at("2026-10-25T00:30"), 3) == at("2026-10-25T03:00")  # the clocks go back
