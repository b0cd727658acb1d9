"""When a reminder is due."""

from datetime import UTC, datetime, timedelta

import pytest

from facility.applications.rules.reminders import REMIND_DAYS, reminder_due

CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)


def before(**span: float) -> datetime:
    """So long before the deadline."""
    return CLOSES - timedelta(**span)


@pytest.mark.parametrize(
    ("now", "last", "days"),
    [
        (before(days=7, seconds=1), None, None),
        (before(days=7), None, 7),
        (before(days=5), before(days=7), None),
        (before(days=5), before(days=8), 7),
        (before(days=2), before(days=7), 2),
        (before(hours=3), before(days=8), 1),
        (before(hours=3), before(days=1), None),
        (before(hours=3), before(hours=20), None),
        (CLOSES, before(days=9), None),
        (before(days=-1), None, None),
    ],
)
def test_only_the_latest_is_due_and_once(now: datetime, last: datetime | None, days: int | None) -> None:
    assert reminder_due(REMIND_DAYS, CLOSES, last, now) == days


def test_a_deadline_that_is_extended_reminds_anew() -> None:
    last = before(days=1)
    assert reminder_due(REMIND_DAYS, CLOSES + timedelta(days=10), last, before(days=-4)) == 7
