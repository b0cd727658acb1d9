"""Spans of time on which things are drawn."""

from datetime import UTC, date, datetime

import pytest

from facility.web.pictures import Axis

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_lies_outside_of_a_span_stands_at_its_end() -> None:
    axis = Axis(FIRST, datetime(2026, 1, 11, tzinfo=UTC))
    assert [axis.at(datetime(2026, 1, day, tzinfo=UTC)) for day in (1, 6, 11, 30)] == [
        0.0,
        50.0,
        100.0,
        100.0,
    ]
    assert axis.at(date(2025, 1, 1)) == 0.0
    assert Axis(FIRST, FIRST).at(FIRST) == 0.0


@pytest.mark.parametrize("year", [2026, 2027, 2029, 2041, 2400])
def test_an_axis_has_a_few_marks_that_lie_on_it(year: int) -> None:
    axis = Axis(FIRST, datetime(year, 4, 20, tzinfo=UTC))
    assert 1 <= len(axis.marks) <= 6
    assert all(mark.day == 1 and date(2026, 1, 1) <= mark <= date(year, 4, 20) for mark in axis.marks)
