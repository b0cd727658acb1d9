"""Brussels time: in which deadlines are entered and shown, and days begin. Reads no clock, so that rules may use it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def brussels_midnight(day: date) -> datetime:
    """The instant, in UTC, at which the day begins in Brussels.

    OverflowError for a day so early that this instant lies before year 1.
    """
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
