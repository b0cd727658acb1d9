"""Reconcile checks of evaluation and awards: clean after a whole call, and each names what was broken by hand."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards import checks as of_awards
from facility.awards.service.ending import withdraw_award
from facility.db import Database
from facility.evaluation import checks as of_evaluation
from facility.evaluation.service import assessing as evaluation
from tests.judging import Judging, judging
from tests.prepared import built_once
from tests.statements import UNGUARDED

CHECKS = [
    of_evaluation.declared,
    of_evaluation.scores,
    of_evaluation.set_aside,
    of_awards.commitments,
    of_awards.call_amounts,
    of_awards.amounts,
    of_awards.statuses,
    of_awards.decisions,
    of_awards.sums,
]

type Check = Callable[[AsyncConnection], Awaitable[list[str]]]


@built_once
async def play(db: Database) -> Judging:
    """A withdrawn after its award, B served from the reserve, C waiting, D set aside."""
    made = await judging(db)
    for name, requested in (("A", "50000.00"), ("B", "45000.00"), ("C", "40000.00"), ("D", "10.00")):
        await made.apply(name, requested)
    await made.close()
    for name, relevance in (("A", "70"), ("B", "60"), ("C", "50")):
        await made.score("elena", name, "15", relevance)
    await made.act("ada", lambda tx: evaluation.set_aside(tx, made.applications["D"], "Nobody is free."))
    await made.decide()
    await made.act("ada", lambda tx: withdraw_award(tx, made.applications["A"], "Not able to start."))
    return made


async def mistakes(play: Judging, check: Check) -> list[str]:
    async with play.db.engine.connect() as connection:
        return await check(connection)


async def test_a_whole_call_is_clean(play: Judging) -> None:
    assert [await mistakes(play, check) for check in CHECKS] == [[]] * len(CHECKS)
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded", "C": "reserve", "D": "not_assessed"}


@pytest.mark.parametrize(
    ("check", "broken", "named"),
    [
        (of_evaluation.declared, "DELETE FROM declaration", 3),
        (of_evaluation.scores, 'UPDATE assessment SET scores = \'{"capacity": "21", "relevance": "1"}\'', 3),
        (of_evaluation.scores, 'UPDATE assessment SET scores = \'{"capacity": "x"}\'', 3),
        (of_evaluation.set_aside, "DELETE FROM setting_aside", 1),
        (of_awards.commitments, "UPDATE award SET amount = 1, committed = 1 WHERE end_kind IS NULL", 1),
        (of_awards.amounts, "UPDATE award SET amount = 1, committed = 1 WHERE end_kind IS NULL", 1),
        (of_awards.call_amounts, "UPDATE call SET amount = 44999.99", 1),
        (of_awards.statuses, "UPDATE application SET status = 'closed' WHERE reference = 'B'", 1),
        (of_awards.statuses, "UPDATE application SET status = 'awarded' WHERE reference = 'C'", 1),
        (of_awards.decisions, "UPDATE call SET decided_at = NULL", 1),
        (
            of_awards.decisions,
            "UPDATE award_decision SET decided_line = jsonb_set(decided_line, '{awards}', '[]')",
            1,
        ),
        (of_awards.sums, "UPDATE assessment SET scores = jsonb_set(scores, '{capacity}', '\"16\"')", 3),
    ],
)
async def test_what_was_broken_is_named(play: Judging, check: Check, broken: str, named: int) -> None:
    async with play.db.engine.begin() as connection:
        await connection.execute(text(UNGUARDED))
        await connection.execute(text(broken))
    assert len(await mistakes(play, check)) == named
