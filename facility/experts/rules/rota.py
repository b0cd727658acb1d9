"""The stand-by rota: who can be on call for a theme in a week, and which gaps are to be filled now.

A week runs from Monday to Sunday in Brussels, and bears the day of its Monday.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from facility.experts.rules.calendar import is_available, is_booked
from facility.experts.rules.profile import Period, is_in_pool
from facility.refused import Reason, refuse
from facility.zone import brussels_midnight

WEEK = timedelta(days=7)
LEAST_LEVEL = 3
"""How well an expert knows a theme for which they are on call."""
WEEKS_AHEAD = 4
"""Gaps are to be filled in this week, and in so many after it."""
MOST_WEEKS = 26
"""For how many weeks an expert is put on call at a time."""
ANSWER_WITHIN = timedelta(days=5)
REMINDED_BEFORE = timedelta(days=1)


class Member(msgspec.Struct, frozen=True):
    """An expert as the rota sees one. `level`: in the theme, 0 where they don't know it; `booked`: days of missions."""

    code: str
    level: int
    active: bool
    valid_until: date | None
    available: tuple[Period, ...]
    absent_weekdays: tuple[int, ...] = ()
    booked: tuple[date, ...] = ()


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def last_day(week: date) -> date:
    """Its Sunday."""
    return week + WEEK - timedelta(days=1)


def weeks_from(first: date, count: int) -> list[date]:
    """So many weeks, from this one on."""
    return [first + WEEK * number for number in range(count)]


def is_to_fill(week: date, today: date) -> bool:
    """Whether a gap in this week is to be filled now."""
    return week_of(today) <= week <= week_of(today) + WEEK * WEEKS_AHEAD


def hindrance(member: Member, week: date) -> str | None:
    """Why the expert can't be on call in this week, or None. How long before a mission they want to know of it, and how many days in a
    year they come, is asked when they are asked for one: being on call is no mission."""
    sunday = last_day(week)
    if not is_in_pool(member.active, member.valid_until, sunday):
        return "rota_not_in_pool"
    if member.level < LEAST_LEVEL:
        return "rota_level"
    if member.absent_weekdays or not is_available(member.available, week, sunday):
        return "rota_away"
    if is_booked(member.booked, week, sunday):
        return "rota_booked"
    return None


def hindrances(member: Member, weeks: Sequence[date], taken: Collection[date], today: date) -> list[Reason]:
    """Why the expert can't be put on call in these weeks, each reason once, with the first week for which it holds. `taken`: weeks in
    which somebody is on call for the theme."""
    reasons: dict[str, Reason] = {}
    for week in weeks:
        if last_day(week) < today:
            why = Reason("rota_week_over", "weeks")
        elif week in taken:
            why = Reason("rota_taken", "weeks", {"week": week.isoformat()})
        elif code := hindrance(member, week):
            why = Reason(code, "expert", {"expert": member.code, "week": week.isoformat()})
        else:
            continue
        reasons.setdefault(why.code, why)
    return list(reasons.values())


def may_swap(week: date, today: date) -> None:
    """A week that has begun stays with whoever is on call. Refused: "rota_week_begun"."""
    if week <= today:
        refuse("rota_week_begun", week=week.isoformat())


def answer_by(asked_at: datetime, weeks: Iterable[date]) -> datetime:
    """Until when the colleague answers: five days, and not after the first of the weeks has begun."""
    return max(asked_at, min(asked_at + ANSWER_WITHIN, *map(brussels_midnight, weeks)))
