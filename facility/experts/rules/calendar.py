"""Days on which an expert can come: as periods, as days of a month, and what else an expert may set."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from facility.experts.rules.profile import ExpertProfile, Period

DAY = timedelta(days=1)
MOST_NOTICE = 365
MOST_A_YEAR = 366


def is_available(periods: Collection[Period], start: date, end: date) -> bool:
    """Whether the periods together cover every day from start to end, both included."""
    needed = start
    for first, last in sorted(periods):
        if first <= needed <= last:
            if last >= end:
                return True
            needed = last + timedelta(days=1)
    return False


def is_booked(days: Collection[date], start: date, end: date) -> bool:
    """Whether one of the booked days lies between start and end, both included."""
    return any(start <= day <= end for day in days)


def can_come(expert: ExpertProfile, start: date, end: date) -> bool:
    """Whether the expert can come on every day from start to end, both included: within the periods, on no weekday of absence, not
    before the notice period is over, and with days left in each calendar year. What an expert has not set counts for nothing."""
    if not is_available(expert.available, start, end):
        return False
    if expert.earliest is not None and start < expert.earliest:
        return False
    if not expert.absent_weekdays and expert.days_left is None:
        return True
    days = days_between(start, end)
    if any(day.weekday() in expert.absent_weekdays for day in days):
        return False
    left = expert.days_left
    return left is None or all(
        count <= left[year] for year, count in Counter(day.year for day in days).items()
    )


def days_left(days_per_year: int, booked: Mapping[int, int]) -> dict[int, int]:
    """The days that an expert can still be booked for, by calendar year, given those that are."""
    return defaultdict(lambda: days_per_year, {year: days_per_year - count for year, count in booked.items()})


def days_between(first: date, last: date) -> list[date]:
    """Every day, both included."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def weeks_of(first: date, last: date) -> list[list[date | None]]:
    """The days in rows from Monday to Sunday; None where the row holds no day of these."""
    cells = [None] * first.weekday() + list[date | None](days_between(first, last))
    cells += [None] * (-len(cells) % 7)
    return [cells[place : place + 7] for place in range(0, len(cells), 7)]


def covered(periods: Collection[Period], first: date, last: date) -> set[date]:
    """The days between first and last, both included, that lie in one of the periods."""
    return {
        day
        for start, end in periods
        if start <= last and end >= first
        for day in days_between(max(start, first), min(end, last))
    }


def with_days(periods: Iterable[Period], first: date, last: date, days: Collection[date]) -> list[Period]:
    """The periods, of which from first to last only these days are left: none overlaps or touches another."""
    kept: list[Period] = [(day, day) for day in days if first <= day <= last]
    for start, end in periods:
        if start < first:
            kept.append((start, min(end, first - DAY)))
        if end > last:
            kept.append((max(start, last + DAY), end))
    joined: list[Period] = []
    for start, end in sorted(kept):
        if joined and start <= joined[-1][1] + DAY:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
