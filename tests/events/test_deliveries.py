"""Reactions: carried out once, tried again later, parked at last, run again by hand."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from facility.db import Database, new_id
from facility.events.failures import MAX_ATTEMPTS
from facility.events.log import record
from facility.events.models import Delivery, DeliveryState
from facility.events.reactions import deliver, run_again
from facility.events.relay import LOST_AFTER, deliver_all, drain, hand_over
from tests.events.bells import BellRung, Clock, Ears


@pytest.fixture(autouse=True)
def ears() -> Iterator[None]:
    Ears.heard.clear()
    yield
    Ears.deaf = False


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def ring(db: Database, clock: Clock, times: int = 1) -> None:
    async with db.transaction(now=clock.at) as tx:
        await record(tx, BellRung(bell_id=new_id(), times=times))


async def the_delivery(db: Database) -> Any:
    async with db.reader() as connection:
        return (await connection.execute(select(Delivery.__table__))).one()


async def test_a_delivery_is_carried_out_once_however_often_it_is_handed_over(
    db: Database, clock: Clock
) -> None:
    await ring(db, clock)
    [delivery_id] = await hand_over(db, clock.at)
    done = await asyncio.gather(*(deliver(db, delivery_id, clock) for _ in range(5)))
    assert sorted(done) == [False, False, False, False, True]
    assert Ears.heard == [1]
    delivery = await the_delivery(db)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DONE, 1)


async def test_what_the_broker_lost_is_handed_over_again(db: Database, clock: Clock) -> None:
    await ring(db, clock)
    handed_over = await hand_over(db, clock.at)
    assert await hand_over(db, clock.at) == []
    clock.at += LOST_AFTER
    assert await hand_over(db, clock.at) == handed_over


async def test_a_failure_is_tried_again_after_a_while_and_leaves_nothing_half_done(
    db: Database, clock: Clock
) -> None:
    await ring(db, clock)
    Ears.deaf = True
    assert await deliver_all(db, clock) == 0
    delivery = await the_delivery(db)
    assert (delivery.state, delivery.attempts, delivery.error) == (DeliveryState.WAITING, 1, "ValueError")
    assert delivery.next_attempt_at == clock.at + timedelta(seconds=2)
    Ears.deaf = False
    clock.forward(seconds=2)
    assert await deliver_all(db, clock) == 1
    assert Ears.heard == [1]
    assert (await the_delivery(db)).error is None


async def test_what_can_never_be_done_holds_up_no_other(db: Database, clock: Clock) -> None:
    """A reaction that no release knows, and an event that can't be read."""
    for times in range(3):
        await ring(db, clock, times)
    async with db.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger looks
        await connection.execute(text("UPDATE delivery SET reaction = 'gone.away' WHERE id = 1"))
        spoilt = "UPDATE event SET data = '{}' WHERE id = (SELECT event_id FROM delivery WHERE id = 2)"
        await connection.execute(text(spoilt))
    assert await deliver_all(db, clock) == 1
    assert Ears.heard == [2]
    async with db.reader() as connection:
        rows = await connection.execute(select(Delivery.state, Delivery.error).order_by(Delivery.id))
        assert [tuple(row) for row in rows] == [
            ("waiting", "KeyError"),
            ("waiting", "ValidationError"),
            ("done", None),
        ]


async def test_after_too_many_failures_it_is_parked_until_somebody_runs_it_again(
    db: Database, clock: Clock
) -> None:
    await ring(db, clock)
    Ears.deaf = True
    for _ in range(MAX_ATTEMPTS + 2):
        await deliver_all(db, clock)
        clock.forward(hours=1)
    delivery = await the_delivery(db)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PARKED, MAX_ATTEMPTS)
    Ears.deaf = False
    async with db.transaction(now=clock.at) as tx:
        assert await run_again(tx, delivery.id)
    assert await drain(db, clock) == 1
    assert Ears.heard == [1]
    async with db.transaction(now=clock.at) as tx:
        assert not await run_again(tx, delivery.id)
