"""No order of edits, confirmations, submissions, withdrawals and closing lets in what lacks a valid confirmation, or changes
what was fingerprinted; every refusal names every reason. The same where they happen at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from facility.applications.service.answers import save_answers
from facility.applications.service.changing_submitted import begin_changes, discard_changes
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.own_parts import fill_in_part
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.calls.service.closing import close_call
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.refused import Refused
from tests.applications.conftest import Stage
from tests.applications.interleaving import Play
from tests.applications.steps import KINDS, Step, take
from tests.hostile.values import examples

WEIGHTED = [
    *KINDS,
    "confirm",
    "confirm",
    "confirm",
    "confirm",
    "submit",
    "submit",
    "own",
    "title",
    "take_up",
    "change",
    "change",
]
STEPS = st.lists(
    st.builds(Step, st.sampled_from(WEIGHTED), st.integers(0, 3), st.integers(0, 2)), min_size=8, max_size=30
)
READY = [Step("amount", 0, 0), Step("confirm", 1), Step("confirm", 2)]


async def sound(db: Database) -> None:
    """Nothing that `facility reconcile` looks at is wrong."""
    findings = await reconcile(db)
    assert {name: lines for name, lines in findings.items() if lines} == {}


@settings(max_examples=examples(60, 600))
@given(steps=STEPS)
async def test_no_order_lets_in_what_is_not_confirmed(db: Database, stage: Stage, steps: list[Step]) -> None:
    play = await Play.begin(db, stage)
    for step in [*READY, *steps]:
        await take(play, step)
        await play.check()


@pytest.mark.parametrize("seed", range(4))
async def test_what_happens_at_once_leaves_nothing_unsound(db: Database, stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    done: list[str] = []
    for _round in range(4):
        play = await Play.begin(db, stage)
        for step in READY[chance.randrange(2) :]:
            await take(play, step)
        commands = _at_once(play)
        chosen = chance.choices(sorted(commands), k=6)
        done += await asyncio.gather(*(_try(play, name, commands[name]) for name in chosen))
    await sound(db)
    assert "done" in done


type Command = Callable[[Tx], Awaitable[Any]]


def _at_once(play: Play) -> dict[str, Command]:
    """Commands that get into each other's way. Each is handed in just before the call closes."""
    _lead, kosovo, montenegro = play.members
    signed = {"signatory_name": "S", "signatory_function": "D"}
    return {
        "submit": lambda tx: submit(tx, play.application, received_at=play.closes),
        "submit_too": lambda tx: submit(tx, play.application, received_at=play.closes),
        "edit": lambda tx: save_answers(tx, play.application, {"ask": {"summary": "Something else"}}),
        "own": lambda tx: fill_in_part(tx, kosovo.id, "own", {"secret": "Other"}),
        "confirm": lambda tx: confirm_party(tx, kosovo.id, **signed),
        "confirm_too": lambda tx: confirm_party(tx, montenegro.id, **signed),
        "change": lambda tx: begin_changes(tx, play.application),
        "discard": lambda tx: discard_changes(tx, play.application),
        "withdraw": lambda tx: withdraw(tx, play.application),
        "take_up": lambda tx: take_up_again(tx, play.application),
        "close": lambda tx: close_call(tx, play.call, due_at=play.closes),
    }


async def _try(play: Play, name: str, command: Command) -> str:
    """Whether it was done; closing comes a moment after the deadline, all else at it."""
    at = play.closes + timedelta(seconds=1) if name == "close" else play.closes
    try:
        async with play.db.transaction(now=at, actor=play.stage.omar) as tx:
            await command(tx)
    except Refused:
        return "refused"
    except DBAPIError as error:
        raise AssertionError(f"{name}: {error.orig}") from error
    return "done"
