"""When a superior is asked to release an expert, and what the answer needs."""

from datetime import date, datetime, timedelta

import msgspec

from facility.refused import Reason, refuse_if
from facility.zone import brussels_midnight


class Period(msgspec.Struct, frozen=True):
    """Until when a superior may answer, and when they are reminded."""

    ends_at: datetime
    remind_at: datetime


def period(at: datetime, days: int, first_day: date) -> Period:
    """So many days from `at`; where the mission begins earlier, until then, and a day at least. The reminder comes halfway."""
    ends_at = max(min(at + timedelta(days=days), brussels_midnight(first_day)), at + timedelta(days=1))
    return Period(ends_at, at + (ends_at - at) / 2)


def check_answer(*, releases: bool, reason: str, name: str) -> None:
    """A refusal has a reason, an answer a name. Refused (invalid): "reason_missing", "name_missing"."""
    mistakes = []
    if not releases and not reason.strip():
        mistakes.append(Reason("reason_missing", "reason"))
    if not name.strip():
        mistakes.append(Reason("name_missing", "name"))
    refuse_if(mistakes)
