"""Brussels time: in which deadlines are entered and shown, and days begin. Reads no clock, so that rules may use it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days that can be entered: with room on both sides for every period, offset and zone that is added to one."""


def brussels_midnight(day: date) -> datetime:
    """The instant, in UTC, at which the day begins in Brussels.

    OverflowError for a day so early that this instant lies before year 1.
    """
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


TODAY_SQL = "CAST(CAST(:now AS timestamptz) AT TIME ZONE 'Europe/Brussels' AS date)"
"""The day in Brussels, in a statement that is given `now`."""


def last_second_sql(day: str) -> str:
    """The instant, in a statement, of the last second of a day in Brussels, which is an expression of our own."""
    return f"((({day}) + 1)::timestamp AT TIME ZONE 'Europe/Brussels' - interval '1 second')"


def day_sql(at: str) -> str:
    """The day in Brussels, in a statement, of an instant, which is an expression of our own."""
    return f"(({at}) AT TIME ZONE 'Europe/Brussels')::date"
