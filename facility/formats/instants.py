"""Instants and days of a file, read as RFC 3339 says, and only such as can be kept and shown."""

import re
from datetime import UTC, date, datetime, timedelta

from facility.web.i18n import gettext as _
from facility.zone import BRUSSELS

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](?:[01]\d|2[0-3]):[0-5]\d:(\d{2})(?:\.(\d+))?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def instant(text: str) -> datetime:
    """The instant in UTC; ValueError says what is wrong with the text."""
    parts = _INSTANT.fullmatch(text)
    if parts is None:
        raise ValueError(_("is not an instant with an offset, like 2021-07-30T12:00:00+02:00"))
    day(parts[1])
    if parts[2] > "59":
        raise ValueError(_("has a second above 59: leap seconds can't be kept"))
    if parts[3] and parts[3][6:].strip("0"):
        raise ValueError(_("is finer than a microsecond"))
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
        at.astimezone(BRUSSELS)
        at - timedelta(microseconds=1)  # the very first instant is what the driver sends as "-infinity"
    except OverflowError:
        raise ValueError(_("lies outside the years 1 to 9999")) from None
    return at


def day(text: str) -> date:
    """The day; ValueError says what is wrong with the text."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # a day that no calendar has
    raise ValueError(_("is not a day of the calendar, like 2021-10-04"))
