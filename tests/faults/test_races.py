"""Many at once, each on a connection of its own: money, experts and deadlines give one outcome, and nobody deadlocks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select, text

from facility.applications.models.application import Application
from facility.applications.rules.submission import fingerprint_of
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.service.deciding import decide
from facility.awards.service.ending import withdraw_award
from facility.calls.service.closing import close_due
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.contracts.models import Envelope
from facility.db import Database, Tx
from facility.deployments.service.answering import accept, cancel, decline, expire_due
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.refused import Refused
from tests.deployments.conftest import HOUR, Sending, expert, sending
from tests.judging import CLOSES, DECIDED, OPENS, Judging

__all__ = ["sending"]
TICK = timedelta(microseconds=1)


@pytest_asyncio.fixture
async def wide(database_url: str) -> AsyncIterator[Database]:
    """The test's database, with many connections."""
    made = Database(database_url, pool_size=25)
    yield made
    await made.dispose()


async def _attempt(
    db: Database, at: datetime, command: Callable[[Tx], Awaitable[object]], actor: UUID | None
) -> str:
    """What came of a command: "done" or the rule's first reason. Anything else, a deadlock too, fails the test."""
    try:
        async with db.transaction(now=at, actor=actor) as tx:
            await command(tx)
    except Refused as refused:
        return refused.codes[0]
    return "done"


async def _sound(db: Database, at: datetime) -> None:
    """Everything carried out, and no check off."""
    await drain(db, lambda: at)
    assert {name: lines for name, lines in (await reconcile(db)).items() if lines} == {}


async def test_calls_that_award_at_once_share_an_envelope_that_pays_for_ten(
    db: Database, wide: Database
) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    references = [f"CALL-{n:02}" for n in range(24)]
    await play.proposed(references, "10.00")
    at, paul = DECIDED, play.people["paul"]
    answers = await asyncio.gather(
        *[
            _attempt(wide, at, partial(decide, call_id=play.calls[reference]), paul)
            for reference in [*references, *references[:10]]  # some are decided twice
        ]
    )
    assert Counter(answers) == {"done": 24, "already_decided": 10}
    assert Counter((await play.statuses()).values()) == {"awarded": 10, "reserve": 14}
    await _sound(db, DECIDED)

    # Half of the awards end at once, while more calls' reserves wait for the same money.
    won = [name for name, status in (await play.statuses()).items() if status == "awarded"]
    later = DECIDED + timedelta(days=1)
    answers = await asyncio.gather(
        *[
            _attempt(
                wide,
                later,
                partial(withdraw_award, application_id=play.applications[name], reason="Not able."),
                play.people["ada"],
            )
            for name in won[:5] * 2
        ]
    )
    assert Counter(answers) == {"done": 5, "not_an_award": 5}
    assert Counter((await play.statuses()).values()) == {"awarded": 10, "reserve": 9, "withdrawn": 5}
    envelope = await play.row(Envelope, play.envelopes["Facility"])
    assert (envelope.committed, envelope.amount) == (Decimal("100.00"), Decimal("100.00"))
    await _sound(db, later)


async def test_experts_answer_crosswise_while_time_runs_out(sending: Sending, wide: Database) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(6)])
    for round_ in range(4):
        keys = [await sending.asking(seats=2), await sending.asking(seats=2)]
        invitations = [await sending.invitation(key, code) for key in keys for code in ("X0", "X1")]
        due = sending.at + timedelta(hours=72)
        work = [
            _attempt(wide, due, partial(command, invitation_id=key), None)
            for key in (invitations if round_ % 2 else reversed(invitations))
            for command in (accept, decline, accept)
        ]
        *answers, _expired = await asyncio.gather(*work, expire_due(wide, due + timedelta(seconds=5)))
        assert set(answers) <= {"done", "invitation_ended", "booked_elsewhere"}
        await _sound(sending.db, due + HOUR)
        await _no_day_twice(sending)
        sending.at = due + timedelta(days=1)
        await _end(sending, keys)


async def _no_day_twice(sending: Sending) -> None:
    async with sending.db.reader() as connection:
        rows = await connection.execute(
            text("SELECT expert_id FROM booking GROUP BY expert_id, day HAVING count(*) > 1")
        )
        assert rows.all() == []


async def _end(sending: Sending, keys: list[UUID]) -> None:
    """Whoever said yes takes it back, and nobody is asked any more."""
    for key in keys:
        while standing := {
            invitation.id: invitation.outcome
            for invitation in (await sending.invitations(key)).values()
            if invitation.outcome in ("accepted", "open")
        }:
            for invitation, outcome in standing.items():
                command = (
                    partial(cancel, invitation_id=invitation, reason="Over.")
                    if outcome == "accepted"
                    else partial(decline, invitation_id=invitation)
                )
                await _attempt(sending.db, sending.at, command, sending.play.people["ada"])


async def test_publish_submit_and_close_race_at_the_deadline(db: Database, wide: Database) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope()
    await play.call()
    names = [f"R{n:02}" for n in range(12)]
    for name in names:
        await play.apply(name, "10.00")
        await play.act("omar", partial(_take_up, key=play.applications[name]), CLOSES - timedelta(hours=1))
    received = {name: CLOSES + TICK * (n - 6) for n, name in enumerate(names)}
    drafts = await _late_drafts(play)

    answers = await asyncio.gather(
        *[_submit(wide, play, name, received[name]) for name in names[:6]],
        close_due(wide, CLOSES),
        *[_submit(wide, play, name, received[name]) for name in names[6:]],
        close_due(wide, CLOSES + TICK),
        *[
            _attempt(wide, CLOSES + TICK * n, partial(publish_call, call_id=key), play.people["vera"])
            for n, key in enumerate(drafts, -1)
        ],
    )
    closed = [answers[6], answers[13]]
    outcomes = dict(zip(names, [*answers[:6], *answers[7:13]], strict=True))
    assert closed in ([0, 1], [1, 0])
    assert outcomes == {name: "done" if at <= CLOSES else "late" for name, at in received.items()}
    statuses = await play.statuses()
    assert statuses == {name: "submitted" if at <= CLOSES else "draft" for name, at in received.items()}
    for name, at in received.items():
        row = await _receipt(play, name)
        if at <= CLOSES:
            assert (row.received_at, row.fingerprint) == (at, fingerprint_of(row.submission))
    await _sound(db, CLOSES)


async def _receipt(play: Judging, name: str) -> Any:
    columns = select(Application.received_at, Application.fingerprint, Application.submission)
    async with play.db.reader() as connection:
        return (await connection.execute(columns.where(Application.id == play.applications[name]))).one()


async def _take_up(tx: Tx, key: UUID) -> None:
    """Back to a draft, which may be submitted again until the deadline."""
    await withdraw(tx, key)
    await take_up_again(tx, key)


async def _submit(db: Database, play: Judging, name: str, at: datetime) -> str:
    return await _attempt(
        db,
        at,
        partial(submit, application_id=play.applications[name], received_at=at),
        play.people["omar"],
    )


async def _late_drafts(play: Judging) -> list[UUID]:
    """Drafts of calls that close at the same instant."""
    made = []
    for n in range(3):
        draft = play.draft(f"LATE-{n}", "100.00")
        made.append((await play.act("ada", partial(draft_call, draft=draft), OPENS - timedelta(days=1))).id)
    return made
