"""Rate limits: counted, refused, and never a reason to fail."""

from datetime import UTC, datetime

import pytest

from facility.web.limits import Limits, Rate, address_of
from facility.web.stops import Stop

RATE = Rate("test", 2, 3600)


AT = datetime(2026, 3, 2, 9, 46, 40, tzinfo=UTC)


async def test_one_too_many_is_refused_and_others_are_not() -> None:
    counted = Limits(None, "secret")
    for _ in range(2):
        await counted.hit(RATE, "a@example.org", now=AT)
    with pytest.raises(Stop) as stop:
        await counted.hit(RATE, "a@example.org", now=AT)
    assert (stop.value.status, stop.value.headers) == (429, {"retry-after": "800"})
    await counted.hit(RATE, "b@example.org", now=AT)
    await counted.hit(Rate("another", 2, 3600), "a@example.org", now=AT)


async def test_without_its_redis_the_process_counts_by_itself() -> None:
    counted = Limits("redis://127.0.0.1:1/0", "secret")
    for _ in range(2):
        await counted.hit(RATE, "a@example.org", now=AT)
    with pytest.raises(Stop):
        await counted.hit(RATE, "a@example.org", now=AT)
    await counted.close()


async def test_addresses_are_not_kept() -> None:
    counted = Limits(None, "secret")
    await counted.hit(RATE, "a@example.org", now=AT)
    assert "example" not in repr(vars(counted)["_counts"])


def test_where_a_request_comes_from() -> None:
    assert [address_of({"client": ("192.0.2.1", 5)}), address_of({"client": None})] == [
        "192.0.2.1",
        "unknown",
    ]
