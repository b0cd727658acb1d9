"""What comes back in addresses and hidden fields: ours is read as it was written, everything else is none."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.web import carried
from facility.web.stops import Stop
from tests.hostile.values import DAYS, INSTANTS, KEYS, NUMBERS, TEXTS

KEY = UUID("12345678-1234-4234-8234-123456789abc")
AT = datetime(2026, 7, 30, 12, 0, 0, 123456, UTC)
OURS = {"2026-01-01T00:00:00Z"}
ANYTHING = [
    value
    for kind in (TEXTS, NUMBERS, DAYS, INSTANTS, KEYS)
    for value in kind.values()
    if isinstance(value, str) and value not in OURS
]


@given(st.integers(0, 3_000_000_000_000_000), st.uuids())
def test_what_our_pages_write_is_read(microseconds: int, key: UUID) -> None:
    at = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert carried.stamp(at.isoformat()) == at
    assert carried.place(f"{at.isoformat()}~{key}", carried.instant) == (at, key)


def test_each_reader_reads_its_own() -> None:
    there = AT.astimezone(timezone(timedelta(hours=-7)))
    assert (carried.instant(there.isoformat()), carried.day("2026-07-30")) == (AT, date(2026, 7, 30))
    assert carried.place(f"35427.70~{KEY}", carried.amount) == (Decimal("35427.70"), KEY)
    assert carried.place(f"TAF-2026-01/001~{KEY}", str) == ("TAF-2026-01/001", KEY)
    assert [carried.whole(n) for n in (None, 0, 7, 2**63 - 1)] == [None, 0, 7, 2**63 - 1]
    assert (carried.stamp(None), carried.stamp(""), carried.key(None)) == (None, None, None)


@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: ascii(value)[:30])
def test_everything_else_is_none_and_never_a_failure(value: str) -> None:
    for text in (value, f"{value}~{KEY}", f"{KEY}~{value}"):
        assert carried.instant(text) is None
        assert carried.place(text, carried.instant) is None
        assert carried.day(text) is None
        amount = carried.place(text, carried.amount)
        assert amount is None or amount[0] < 10**12
        carried.key(text)
    if value:
        with pytest.raises(Stop) as stop:
            carried.stamp(value)
        assert stop.value.status == 400


def test_numbers_that_the_database_cannot_hold() -> None:
    assert [carried.whole(n) for n in (-1, 2**63, 10**5000)] == [0, 0, 0]
