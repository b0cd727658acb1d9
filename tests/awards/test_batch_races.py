"""Submissions against closing cut-offs, and small interleavings of all that can happen to a rolling call."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from facility.applications.models.application import Application
from facility.applications.models.carry_over import CarryOver
from facility.applications.service import submission
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.models.award import Award
from facility.calls.service.closing import close_call
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.refused import Refused
from tests.prepared import Aside
from tests.rolling import CUT_OFFS, SERIES, Rolling, rolling


async def test_a_submission_at_the_cut_off_is_in_one_batch_whoever_is_first(db: Database) -> None:
    play = await rolling(db)
    names = [f"A{number}" for number in range(4)]
    for name in names:
        await play.apply(name, "1000.00", call=SERIES)
        key = play.applications[name]
        await _taken_up(play, key)
    batch = play.calls[f"{SERIES}/B1"]

    async def submit(name: str, at: datetime) -> None:
        async with db.transaction(now=CUT_OFFS[0], actor=play.people["omar"]) as tx:
            await submission.submit(tx, play.applications[name], received_at=at)

    async def close() -> None:
        async with db.transaction(now=CUT_OFFS[0]) as tx:
            await close_call(tx, batch, due_at=CUT_OFFS[0])

    just_after = CUT_OFFS[0] + timedelta(microseconds=1)
    await asyncio.gather(
        submit("A0", CUT_OFFS[0]),
        close(),
        submit("A1", CUT_OFFS[0]),
        submit("A2", just_after),
        submit("A3", just_after),
    )
    assert [await play.batch_of(name) for name in names] == [1, 1, 2, 2]
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


async def _taken_up(play: Rolling, key: UUID) -> None:
    await play.act("omar", lambda tx: withdraw(tx, key), CUT_OFFS[0])
    await play.act("omar", lambda tx: take_up_again(tx, key), CUT_OFFS[0])


STEPS = st.lists(
    st.tuples(st.sampled_from(["submit", "withdraw", "take_up", "cut_off"]), st.sampled_from("ABC")),
    min_size=4,
    max_size=9,
)
ASKS = {"A": "50000.00", "B": "40000.00", "C": "20000.00"}


# Each play takes a second or two; they are the same each time.
@settings(max_examples=5, phases=[Phase.generate])
@given(steps=STEPS)
def test_no_interleaving_loses_doubles_or_overspends(database_url: str, steps: list[tuple[str, str]]) -> None:
    asyncio.run(_played(database_url, steps))


async def _played(url: str, steps: list[tuple[str, str]]) -> None:
    async with Aside.of(url) as aside:
        await aside.put_back()
    db = Database(url, pool_size=5)
    try:
        play = await rolling(db)
        await _play(play, steps)
        findings = await reconcile(db)
        assert {name: wrong for name, wrong in findings.items() if wrong} == {}
        async with db.transaction(now=CUT_OFFS[2]) as tx:
            await _sound(tx)
    finally:
        await db.dispose()


async def _play(play: Rolling, steps: list[tuple[str, str]]) -> None:
    at, batch = CUT_OFFS[0] - timedelta(days=2), 1
    for kind, name in steps:
        if kind == "cut_off":
            if batch > len(CUT_OFFS):
                return
            await _cut_off(play, batch)
            at, batch = CUT_OFFS[batch - 1] + timedelta(days=2), batch + 1
            continue
        at += timedelta(hours=1)
        with contextlib.suppress(Refused):  # what may not be done changes nothing
            await _step(play, kind, name, at)


async def _step(play: Rolling, kind: str, name: str, at: datetime) -> None:
    key = play.applications.get(name)
    if kind == "submit" and key is None:
        await play.apply(name, ASKS[name], call=SERIES, received_at=at)
    elif key is not None and kind == "submit":
        await play.act("omar", lambda tx: submission.submit(tx, key, received_at=at), at)
    elif key is not None and kind == "withdraw":
        await play.act("omar", lambda tx: withdraw(tx, key), at)
    elif key is not None:
        await play.act("omar", lambda tx: take_up_again(tx, key), at)


async def _cut_off(play: Rolling, number: int) -> None:
    """The batch closes; what came in to it is judged, best in the order of the alphabet, and decided."""
    scores = {"A": "70", "B": "65", "C": "60"}
    mine = {}
    for name in play.applications:
        row = await play.row(Application, play.applications[name])
        if await play.batch_of(name) == number and row.status == "submitted":
            mine[name] = scores[name]
    await play.judge(number, mine)
    await play.settle(number)


async def _sound(tx: Tx) -> None:
    spent = await tx.session.scalar(select(func.coalesce(func.sum(Award.committed), 0)))
    assert Decimal(spent or 0) <= Decimal("80000.00")
    awarded = (await tx.session.scalars(select(Award.application_id))).all()
    assert len(awarded) == len(set(awarded))
    carried = (await tx.session.scalars(select(CarryOver.application_id))).all()
    assert len(carried) == len(set(carried))


@pytest.mark.parametrize("number", [1, 2])
async def test_a_batch_that_nothing_came_in_to_is_decided_without_an_opening(
    db: Database, number: int
) -> None:
    play = await rolling(db)
    row = (await play.batches())[number - 1]
    await play.act(None, lambda tx: close_call(tx, row.id, due_at=row.closes_at), row.closes_at)
    await play.settle(number)
