"""The scheduler: what fails holds up nothing else, is tried again after a while, and parked at last."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from facility.calls.models.call import Call
from facility.calls.service.closing import close_due
from facility.db import Database, Tx
from facility.events.failures import MAX_ATTEMPTS
from facility.events.models import EventRow, FailedStep
from facility.events.schedule import SCHEDULE, WHOLE, one_by_one, run_due, run_step_again
from tests.judging import CLOSES, Judging

STEP = "calls: close what is due"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def due(play: Judging) -> tuple[UUID, UUID]:
    """Two calls that are due at CLOSES, in the order in which the scheduler takes them."""
    await play.call("TAF-2021-02", amount="1000.00", award_max=Decimal("1000.00"))
    first, second = sorted(play.calls.values())
    return first, second


@contextlib.asynccontextmanager
async def refused(db: Database, call: UUID) -> AsyncIterator[None]:
    """The database refuses to close this call."""
    poison = f"ALTER TABLE call ADD CONSTRAINT poison CHECK (id <> '{call}' OR state <> 'closed')"
    async with db.engine.begin() as connection:
        await connection.execute(text(poison))
    try:
        yield
    finally:
        async with db.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE call DROP CONSTRAINT poison"))


async def states(db: Database, *calls: UUID) -> list[str]:
    async with db.reader() as connection:
        rows = await connection.execute(select(Call.id, Call.state).where(Call.id.in_(calls)))
        state_of: dict[UUID, str] = {row.id: row.state for row in rows}
    return [state_of[call] for call in calls]


async def failed(db: Database) -> list[tuple[Any, ...]]:
    async with db.reader() as connection:
        columns = FailedStep.step, FailedStep.item, FailedStep.state, FailedStep.attempts, FailedStep.error
        return [tuple(row) for row in await connection.execute(select(*columns).order_by(FailedStep.step))]


async def test_a_call_that_cannot_be_closed_does_not_hold_up_the_others(
    db: Database, due: tuple[UUID, UUID]
) -> None:
    why = "IntegrityError 23514 poison"
    async with refused(db, due[0]):
        assert await run_due(db, CLOSES) == 1
        assert await states(db, *due) == ["published", "closed"]
        await run_due(db, CLOSES + SECOND)  # not each second anew
        assert await failed(db) == [(STEP, str(due[0]), "waiting", 1, why)]
        await run_due(db, CLOSES + 2 * SECOND)
        assert await failed(db) == [(STEP, str(due[0]), "waiting", 2, why)]
    assert await run_due(db, CLOSES + 6 * SECOND) == 1
    assert await states(db, *due) == ["closed", "closed"]
    assert [line[2] for line in await failed(db)] == ["done"]
    async with db.reader() as connection:
        closed = select(EventRow.due_at).where(EventRow.kind == "CallClosed", EventRow.subject_id == due[0])
        assert (await connection.execute(closed)).scalar_one() == CLOSES


async def test_what_fails_again_and_again_is_parked_until_somebody_runs_it_again(
    db: Database, due: tuple[UUID, UUID]
) -> None:
    at = CLOSES
    async with refused(db, due[0]):
        for _ in range(MAX_ATTEMPTS + 2):
            await run_due(db, at)
            at += timedelta(hours=1)
        assert [line[2:4] for line in await failed(db)] == [("parked", MAX_ATTEMPTS)]
    assert await run_due(db, at) == 0
    async with db.transaction(now=at) as tx:
        [failed_id] = (await tx.session.execute(select(FailedStep.id))).scalars()
        assert await run_step_again(tx, failed_id)
    assert await run_due(db, at) == 1
    async with db.transaction(now=at) as tx:
        assert not await run_step_again(tx, failed_id)


async def test_called_by_itself_a_step_says_what_failed(db: Database, due: tuple[UUID, UUID]) -> None:
    async with refused(db, due[0]):
        with pytest.raises(IntegrityError):
            await close_due(db, CLOSES)
    assert await failed(db) == []


class Bells:
    """A step that does what it is told: `rings` are its items, each of which is done, or does what stands beside it."""

    def __init__(self) -> None:
        self.rings: dict[str, str] = {}
        self.done: list[str] = []
        self.broken = False

    async def due(self, db: Database, now: datetime) -> int:
        if self.broken:
            raise ValueError("what somebody wrote")
        items = select(text("one FROM unnest(CAST(:items AS text[])) AS one")).params(items=list(self.rings))
        return await one_by_one(db, now, items, self.act)

    async def act(self, tx: Tx, bell: str) -> bool:
        await tx.session.execute(text(self.rings[bell]))
        self.done.append(bell)
        return True


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> dict[str, Bells]:
    """Two steps of the tests' own, and no others."""
    made = {"test: first": Bells(), "test: second": Bells()}
    for name in list(SCHEDULE):
        monkeypatch.delitem(SCHEDULE, name)
    for name, step in made.items():
        monkeypatch.setitem(SCHEDULE, name, step.due)
    return made


async def test_a_step_that_fails_as_a_whole_holds_up_no_other_and_is_never_parked(
    db: Database, bells: dict[str, Bells]
) -> None:
    first, second = bells.values()
    first.broken, second.rings = True, {"a": "SELECT 1"}
    at = CLOSES
    for _ in range(MAX_ATTEMPTS + 2):
        assert await run_due(db, at) == 1
        assert await run_due(db, at + SECOND) == 1
        at += timedelta(hours=1)
    assert await failed(db) == [("test: first", WHOLE, "waiting", MAX_ATTEMPTS + 2, "ValueError")]
    first.broken, first.rings = False, {"b": "SELECT 1"}
    assert await run_due(db, at) == 2
    assert [line[2] for line in await failed(db)] == ["done"]


async def test_what_is_due_no_more_needs_nobodys_attention(db: Database, bells: dict[str, Bells]) -> None:
    first, _ = bells.values()
    first.rings = {"a": "SELECT 1 / 0", "b": "SELECT 1"}
    assert await run_due(db, CLOSES) == 1
    assert await failed(db) == [("test: first", "a", "waiting", 1, "DBAPIError 22012")]
    first.broken = True  # what is due can't be read: nothing is known of the item
    await run_due(db, CLOSES)
    assert {line[2] for line in await failed(db)} == {"waiting"}
    first.broken, first.rings = False, {"b": "SELECT 1"}
    await run_due(db, CLOSES + timedelta(hours=1))
    assert {line[2] for line in await failed(db)} == {"done"}
    first.rings = {"a": "SELECT 1 / 0"}
    at = CLOSES + timedelta(hours=2)
    await run_due(db, at)  # again, and as for the first time
    async with db.reader() as connection:
        again = select(FailedStep.attempts, FailedStep.failed_at).where(FailedStep.state == "waiting")
        assert tuple((await connection.execute(again)).one()) == (1, at)


async def test_a_database_that_goes_away_is_no_fault_of_the_item(
    db: Database, bells: dict[str, Bells]
) -> None:
    first, second = bells.values()
    first.rings = {"a": "SELECT pg_terminate_backend(pg_backend_pid())", "b": "SELECT 1"}
    second.rings = {"c": "SELECT 1"}
    with pytest.raises(DBAPIError):
        await run_due(db, CLOSES)
    assert (first.done, second.done, await failed(db)) == ([], [], [])
    first.rings["a"] = "SELECT 1"
    assert await run_due(db, CLOSES) == 3
