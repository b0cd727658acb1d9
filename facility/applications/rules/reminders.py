"""When partners that have not answered are reminded of the deadline, and the lead told who is missing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

REMIND_DAYS = (7, 2, 1)
"""Days before the deadline, the earliest first."""
TELL_LEAD_DAYS = (2,)


def reminder_due(
    days: Sequence[int], closes_at: datetime, last: datetime | None, now: datetime
) -> int | None:
    """How many days before the deadline the reminder is for that is due now; None where none is.

    last: when there last was a mail about it, reminder or not. After an outage only the latest of those that were missed
    is due, and after the deadline none. A deadline that is extended makes its reminders due anew.
    """
    if now >= closes_at:
        return None
    passed = [number for number in days if closes_at - timedelta(days=number) <= now]
    if not passed:
        return None
    latest = min(passed)
    return latest if last is None or last < closes_at - timedelta(days=latest) else None
