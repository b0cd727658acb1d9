"""When partners that have not answered are reminded of the deadline, and the lead told who is missing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

REMIND_DAYS = (7, 2, 1)
"""Days before the deadline, the earliest first."""
TELL_LEAD_DAYS = (2,)


def reminder_due(
    days: Sequence[int], closes_at: datetime, last: datetime | None, now: datetime
) -> int | None:
    """The reminder that is due now, as a number of days before the deadline; None if none is.

    last: when a mail about it was last sent, reminder or not. After an outage only the latest of the missed reminders
    is due, and after the deadline none. When a deadline is extended, its reminders are due anew.
    """
    if now >= closes_at:
        return None
    passed = [number for number in days if closes_at - timedelta(days=number) <= now]
    if not passed:
        return None
    latest = min(passed)
    return latest if last is None or last < closes_at - timedelta(days=latest) else None
