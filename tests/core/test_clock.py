from datetime import UTC, date, datetime

import pytest

from facility.clock import now
from facility.zone import brussels_midnight


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2021, 7, 1), datetime(2021, 6, 30, 22, tzinfo=UTC)),
        (date(2021, 10, 31), datetime(2021, 10, 30, 22, tzinfo=UTC)),
        (date(2021, 11, 1), datetime(2021, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_brussels(day: date, instant: datetime) -> None:
    assert brussels_midnight(day) == instant
    assert brussels_midnight(day).tzinfo is UTC


def test_now_is_in_utc() -> None:
    assert now().tzinfo is UTC
