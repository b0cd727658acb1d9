"""When a mission report is due."""

from datetime import datetime, timedelta

from facility.deployments.rules.release import Period
from facility.refused import refuse
from facility.zone import BRUSSELS, brussels_midnight

DRAFT = "mission_report"
"""Under which a report is kept that is typed and not sent."""
_SECOND = timedelta(seconds=1)
AHEAD = timedelta(days=2)
"""How long before the end the expert is reminded."""


def may_waive(*, late: bool, reason: str) -> None:
    """A report that did not come in time is waived, with a reason. Refused: "report_not_late", or "reason_missing" (invalid)."""
    if not late:
        refuse("report_not_late")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_send(state: str) -> None:
    """A report is sent once, in time or late. Refused: "report_sent", "report_waived"."""
    if state in ("sent", "waived"):
        refuse(f"report_{state}")


def period(at: datetime, days: int) -> Period:
    """Until the last second of the last of so many days, of which the day of `at` is the first: it is asked on the day after the mission. A day
    at least. The reminder comes two days before; in a short period halfway."""
    last = brussels_midnight(at.astimezone(BRUSSELS).date() + timedelta(days=days)) - _SECOND
    ends_at = max(last, at + timedelta(days=1))
    return Period(ends_at, max(ends_at - AHEAD, at + (ends_at - at) / 2))
