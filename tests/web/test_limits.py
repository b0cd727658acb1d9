"""Rate limits: counted, refused, and never a reason to fail."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from facility.web.limits import Counts, Limits, Rate, address_of
from facility.web.stops import Stop
from tests.journeys.machinery import redis_server

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


async def _taken(limits: Limits, what: str) -> bool:
    try:
        async with limits.alone("test", what, "busy", seconds=60):
            return False
    except Stop as stop:
        return (stop.status, stop.code) == (429, "busy")


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0"], ids=["alone", "redis away"])
async def test_a_turn_is_held_by_one_at_a_time(url: str | None) -> None:
    limits = Limits(url, "secret")
    async with limits.alone("test", "omar", "busy", seconds=60):
        assert (await _taken(limits, "omar"), await _taken(limits, "ana")) == (True, False)
    with pytest.raises(ValueError, match="it ends"):
        async with limits.alone("test", "omar", "busy", seconds=60):
            raise ValueError("it ends with what was done in it")
    assert not await _taken(limits, "omar")
    await limits.close()


async def test_a_turn_holds_in_all_processes(tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        here, there = Limits(url, "secret"), Limits(url, "secret")
        async with here.alone("test", "omar", "busy", seconds=60):
            assert (await _taken(there, "omar"), await _taken(there, "ana")) == (True, False)
        assert not await _taken(there, "omar")
        await here.close()
        await there.close()


async def test_addresses_are_not_kept() -> None:
    counted = Limits(None, "secret")
    await counted.hit(RATE, "a@example.org", now=AT)
    assert "example" not in repr(vars(vars(counted)["_counts"]))


def counts(most: int, **tries: int) -> Counts:
    made = Counts(most)
    for key, number in tries.items():
        for _ in range(number):
            made.add(key, RATE, 0)
    return made


def test_many_keys_do_not_clear_those_that_count() -> None:
    made = counts(100, busy=2)
    for number in range(10_000):
        assert made.add(f"stranger {number}", RATE, 1) == 1
    assert made.add("busy", RATE, 2) == 3
    assert len(vars(made)["_counts"]) == 100


def test_what_is_over_goes_first_and_then_the_oldest() -> None:
    made = counts(3, over=2, older=1, newer=1)
    made.add("next", RATE, RATE.seconds)
    kept = Counts(3)
    for key in ("older", "newer", "newest"):
        kept.add(key, RATE, 1)
    kept.add("next", RATE, 2)
    assert list(vars(made)["_counts"]) == ["next"]
    assert list(vars(kept)["_counts"]) == ["newer", "newest", "next"]


def test_a_count_that_went_begins_anew() -> None:
    made = Counts(1)
    assert [made.add(key, RATE, 0) for key in ("a", "b", "a", "a")] == [1, 1, 1, 2]


def test_where_a_request_comes_from() -> None:
    assert [address_of({"client": ("192.0.2.1", 5)}), address_of({"client": None})] == [
        "192.0.2.1",
        "unknown",
    ]
