"""The only place that reads the time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
"""Deadlines are entered and shown in this zone, and a day begins and ends in it."""


def now() -> datetime:
    """This instant, in UTC, to the microsecond."""
    return datetime.now(UTC)


def brussels_midnight(day: date) -> datetime:
    """The instant, in UTC, at which the day begins in Brussels.

    OverflowError for a day so early that this instant lies before year 1.
    """
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
