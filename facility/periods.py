"""Periods, as Regulation (EEC, Euratom) 1182/71 counts them: the day or hour of the event is not counted, and a period of days or
months ends with the last hour of its last day, in Brussels.

Days on which the EU institutions are closed: the Commission decides on them year by year (Staff Regulations, Article 61), from
the date of Easter and the weekday of 24 December. `facility/data/holidays.json` holds them by year with their source; for other
years there is a rule, which gives the days of each list that we have seen (OJ C 39, 12.2.2013, p. 26, for 2014; OJ C 201 I,
28.5.2021, p. 2, for 2023; OJ C 440, 21.11.2022, p. 15, for 2024 until August). A period has its end stored when it begins: a
list that departs from the rule would move none that runs.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import msgspec

from facility.data import DATA
from facility.zone import BRUSSELS, brussels_midnight

MOST_DAYS = 40
"""The longest period in working days that is given."""

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


class _Year(msgspec.Struct, frozen=True):
    source: str
    days: frozenset[str]


class _Holidays(msgspec.Struct, frozen=True):
    years: dict[int, _Year]


@cache
def _listed() -> dict[int, _Year]:
    return msgspec.json.decode((DATA / "holidays.json").read_bytes(), type=_Holidays, strict=False).years


def is_holiday_by_rule(day: date) -> bool:
    """A day on which the EU institutions are closed, where no list is known."""
    return (day.month, day.day) in _FIXED or (day - easter(day.year)).days in _FROM_EASTER


def is_working_day(day: date) -> bool:
    """Monday to Friday, unless the EU institutions are closed."""
    if day.weekday() > 4:
        return False
    if year := _listed().get(day.year):
        return f"{day:%m-%d}" not in year.days
    return not is_holiday_by_rule(day)


def last_of_months(event: datetime, months: int) -> date:
    """The last day, in Brussels, of so many months from this event: on its own date, or the last of a shorter month (Article
    3(2)(c)); the next working day where the institutions are closed then (3(4)). No later than the last day that there is: scenarios
    may lie in its year."""
    first = event.astimezone(BRUSSELS).date()
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return _working_day_from(date(year, month + 1, day))


def last_of_days(event: datetime, days: int) -> date:
    """The last day, in Brussels, of so many calendar days from this event (Article 3(2)(b)): a working day (3(4)), and of two
    days or more at least two are working days (3(5))."""
    first = event.astimezone(BRUSSELS).date()
    last = _working_day_from(first + timedelta(days=days))
    return last if days < 2 else max(last, day_after(first, 2))


def reminder_before(last: date, event: datetime) -> datetime:
    """When to remind of a period that begins with this event and ends with this day: at 08:00 in Brussels, three days before or on the
    working day that comes before that; on the last day where that leaves no whole day since the event."""
    day = last - timedelta(days=3)
    while not is_working_day(day):
        day -= timedelta(days=1)
    if day <= event.astimezone(BRUSSELS).date():
        day = last
    return datetime.combine(day, time(8), BRUSSELS).astimezone(UTC)


def end_of_hours(event: datetime, hours: int) -> datetime:
    """The first instant, in UTC, after so many hours from this event, whose own hour is not counted (Article 3(1) and (2)(a));
    no holiday moves it."""
    hour = event.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(hours=hours + 1)


def _working_day_from(day: date) -> date:
    while day < date.max and not is_working_day(day):
        day += timedelta(days=1)
    return day


def day_after(start: date, days: int) -> date:
    """The working day that is so many working days after `start`, which is not counted itself."""
    day = start
    for _ in range(days):
        day = _working_day_from(day + timedelta(days=1))
    return day


WORK_BEGINS, WORK_ENDS = 8, 18
"""Working time of a working day, in Brussels: from this full hour to that one."""


def end_of_working_hours(event: datetime, hours: int) -> datetime:
    """The instant, in UTC, at which so many hours of working time are over. 24 hours are one working day, and end at the same time of
    the next one; what remains is counted in hours between the beginning and the end of working days, at most one such day."""
    day, at = _working_instant(event.astimezone(BRUSSELS))
    day = day_after(day, hours // 24)
    rest = min(hours % 24, WORK_ENDS - WORK_BEGINS)
    moved = datetime.combine(day, at) + timedelta(hours=rest)
    closing = datetime.combine(day, time(WORK_ENDS))
    if rest and moved > closing:
        moved = datetime.combine(day_after(day, 1), time(WORK_BEGINS)) + (moved - closing)
    return moved.replace(tzinfo=BRUSSELS).astimezone(UTC)


def _working_instant(local: datetime) -> tuple[date, time]:
    """The day and time of this moment, or of the next beginning of work where nobody works then."""
    day, at = local.date(), local.time()
    if is_working_day(day) and at < time(WORK_BEGINS):
        return day, time(WORK_BEGINS)
    if is_working_day(day) and at < time(WORK_ENDS):
        return day, at
    return day_after(day, 1), time(WORK_BEGINS)


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
