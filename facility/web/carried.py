"""Values that our own pages write into addresses and hidden fields, read when they come back from anybody. Each reader
returns None for a value that no page of ours wrote: a list then begins at its top. No value that passes is too large
for Python or the database."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from facility.web.stops import Stop
from facility.zone import FIRST_DAY, LAST_DAY

LARGEST = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")


def day(text: str) -> date | None:
    """YYYY-MM-DD, within the days that can be entered."""
    try:
        read = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return read if read and FIRST_DAY <= read <= LAST_DAY else None


def instant(text: str) -> datetime | None:
    """With its offset, within the days that can be entered; in UTC."""
    try:
        at = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        return None
    # Years 1 and 9999 have no instant in UTC for every offset: the day is asked first.
    return at.astimezone(UTC) if at and FIRST_DAY < at.date() < LAST_DAY else None


def stamp(text: str | None) -> datetime | None:
    """The instant in a hidden field, None where it is blank. Stop 400 for what no page of ours wrote."""
    if not text:
        return None
    at = instant(text)
    if at is None:
        raise Stop(400, "malformed")
    return at


def amount(text: str) -> Decimal | None:
    """In EUR, with a point and without signs for thousands."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def key(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def whole(number: int | None) -> int | None:
    """The number; 0 where the database could not hold it: below that a list has nothing to show."""
    return number if number is None or 0 <= number <= LARGEST else 0


def place[T](text: str, value: Callable[[str], T | None]) -> tuple[T, UUID] | None:
    """Where a page of a list ends ("value~key"), the value read by `value`."""
    given, _sign, name = text.rpartition("~")
    read, id_ = value(given), key(name)
    return None if read is None or id_ is None else (read, id_)
