"""What an administrator sees of what fails behind the pages: what was due, and read models that stand still."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from click import ClickException
from sqlalchemy import select, text

from facility import clock
from facility.accounts.events import PersonInvited
from facility.commands.looking_after import rebuild_one
from facility.db import Database
from facility.events.base import Recorded
from facility.events.log import record
from facility.events.models import FailedStep
from facility.events.projector import PROJECTIONS, Projection, keep_up
from facility.events.schedule import SCHEDULE, run_due
from facility.events.sequence import number
from tests.browser import NOW, Browsers, work
from tests.cast import Cast

STEP = "test: ring the bell"


async def ring(_db: Database, _now: datetime) -> int:
    """Done."""
    return 1


async def fail(_db: Database, _now: datetime) -> int:
    """Not done."""
    raise ValueError("what somebody wrote")


async def the_failure(db: Database) -> UUID:
    async with db.reader() as connection:
        return (await connection.execute(select(FailedStep.id))).scalar_one()


async def health(browse: Browsers) -> dict[str, Any]:
    report: dict[str, Any] = (await (await browse()).get("/health")).json()
    return {name: report[name] for name in ("status", "failed_steps", "stopped")}


async def test_what_was_due_and_failed_is_shown_and_run_again_by_an_administrator(
    browse: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCHEDULE, STEP, fail)
    await run_due(db, NOW)
    root, greta = await browse(cast.root), await browse(cast.greta)
    page = await root.get("/operations/parked")
    assert f"{STEP}<br>" in page.text
    assert ">ValueError<" in page.text
    assert "what somebody wrote" not in page.text
    assert "failed-steps-to-check" in work(await root.get("/"))
    for browser in (root, greta):
        assert "1 thing that was due failed" in (await browser.get("/operations")).text
    assert await health(browse) == {"status": "degraded", "failed_steps": 1, "stopped": []}
    again = f"/operations/parked/steps/{await the_failure(db)}/again"
    assert (await greta.send_form(again)).status_code == 403
    assert (await root.send_form(again)).status_code == 303
    assert STEP in (await greta.get("/operations/log")).text
    monkeypatch.setitem(SCHEDULE, STEP, ring)
    await run_due(db, clock.now())
    assert (await root.send_form(again)).status_code == 409
    assert "Nothing is parked" in (await root.get("/operations/parked")).text
    assert await health(browse) == {"status": "ok", "failed_steps": 0, "stopped": []}


async def test_whatever_failed_is_run_again_by_one_button(
    browse: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCHEDULE, STEP, fail)
    await run_due(db, NOW)
    root = await browse(cast.root)
    assert (await root.send_form("/operations/parked/again")).status_code == 303
    async with db.reader() as connection:
        failed = (await connection.execute(select(FailedStep.attempts, FailedStep.next_attempt_at))).one()
    assert failed.attempts == 0
    assert failed.next_attempt_at > NOW


async def test_what_waits_for_its_turn_is_not_put_there_again(
    browse: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCHEDULE, STEP, fail)
    await run_due(db, NOW)
    root, again = await browse(cast.root), f"/operations/parked/steps/{await the_failure(db)}/again"
    assert [(await root.send_form(again)).status_code for _ in range(2)] == [303, 303]
    assert (await root.send_form("/operations/parked/again")).status_code == 409
    async with db.reader() as connection:
        query = text("SELECT count(*) FROM event WHERE kind = 'StepRunAgain'")
        assert (await connection.execute(query)).scalar_one() == 1


async def test_a_read_model_that_stands_still_is_told_with_the_event_and_the_error(
    browse: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(_connection: object, _events: Sequence[Recorded]) -> None:
        raise KeyError("what somebody wrote")

    model = Projection("test.invited", (), (PersonInvited,), cannot)
    monkeypatch.setitem(PROJECTIONS, model.name, model)
    async with db.transaction(now=NOW) as tx:
        event_id = await record(tx, PersonInvited(person_id=cast.elena))
    await number(db)
    while await keep_up(db, model, NOW):
        pass
    page = (await (await browse(cast.root)).get("/operations")).text
    assert [word in page for word in (model.name, f"PersonInvited {event_id}", "KeyError")] == [True] * 3
    assert "what somebody wrote" not in page
    assert ">Stopped<" in page
    assert await health(browse) == {"status": "degraded", "failed_steps": 0, "stopped": ["test.invited"]}
    with pytest.raises(ClickException, match=f"stops before PersonInvited {event_id}: KeyError"):
        await rebuild_one(db, model.name)
