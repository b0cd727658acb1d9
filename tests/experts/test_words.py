"""Days in words."""

from datetime import date

import pytest

from facility.experts.words import unbroken
from facility.web.filters import days


@pytest.mark.parametrize(
    ("first", "last", "heading"),
    [
        (date(2027, 1, 11), date(2027, 1, 15), "11\u2060–\u206015\u00a0Jan\u00a02027"),
        (date(2026, 11, 30), date(2026, 12, 6), "30\u00a0Nov\u2009–\u20096\u00a0Dec\u00a02026"),
        (date(2027, 1, 11), date(2027, 1, 11), "11\u00a0Jan\u00a02027"),
    ],
)
def test_a_heading_never_breaks_within_a_day(first: date, last: date, heading: str) -> None:
    assert unbroken(days(first, last)) == heading
