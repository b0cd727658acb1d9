"""Periods in working days, as Regulation (EEC, Euratom) 1182/71 counts them: the day of the event is not counted, and a
period ends with the last hour of its last day, in Brussels. Days on which the EU institutions are closed don't count.

The Commission decides on these days year by year (Staff Regulations, Article 61), from the date of Easter and the weekday
of 24 December; the rule here gives the days of each list that we have seen (OJ C 39, 12.2.2013, p. 26, for 2014; OJ C 201 I,
28.5.2021, p. 2, for 2023; OJ C 440, 21.11.2022, p. 15, for 2024 until August), and so it goes on for years whose list is not out yet.
A period has its end stored when it begins: a list that departs from the rule would move none that runs.
"""

from datetime import UTC, date, datetime, time, timedelta

from facility.zone import BRUSSELS, brussels_midnight

MOST_DAYS = 40
"""The longest period that is given."""

_FIXED = frozenset(
    {(1, 1), (1, 2), (5, 1), (5, 9), (7, 21), (8, 15), (11, 1), (11, 2)}
    | {(12, day) for day in range(24, 32)}
)
"""Month and day of holidays that fall on the same date each year."""
_FROM_EASTER = (-3, -2, 1, 39, 40, 50)
"""Maundy Thursday, Good Friday, Easter Monday, Ascension and the day after, Whit Monday."""


def easter(year: int) -> date:
    """Easter Sunday of the western churches (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - f + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_working_day(day: date) -> bool:
    """Monday to Friday, unless the EU institutions are closed."""
    if day.weekday() > 4 or (day.month, day.day) in _FIXED:
        return False
    return (day - easter(day.year)).days not in _FROM_EASTER


def day_after(start: date, days: int) -> date:
    """The working day that is so many working days after `start`, which is not counted itself."""
    day = start
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def end_of_period(event: datetime, days: int) -> datetime:
    """The first instant, in UTC, after a period of so many working days that an event at this instant begins."""
    last = day_after(event.astimezone(BRUSSELS).date(), days)
    return brussels_midnight(last + timedelta(days=1))


def last_day(ends_at: datetime) -> date:
    """The last day, in Brussels, of a period that is over at this instant."""
    return (ends_at - timedelta(microseconds=1)).astimezone(BRUSSELS).date()


def reminder(event: datetime, days: int) -> datetime:
    """When to remind of the end of such a period: at 08:00 in Brussels, on the working day before its last one, or on the
    last one where the period has only one or two days."""
    day = day_after(event.astimezone(BRUSSELS).date(), days - 1 if days > 2 else days)
    return datetime.combine(day, time(8), BRUSSELS).astimezone(UTC)
