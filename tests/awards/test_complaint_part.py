"""A complaint about the ranking is not decided by somebody who did more in it than assess, propose or decide."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from facility.awards.service.cool_down import set_cool_down_aside
from facility.calls.rules.cool_down import CoolDown
from facility.db import Database
from facility.evaluation.service import assessing
from facility.evaluation.service.conflicts import decide_on_conflict, declare_tie
from tests.awards.complaining import RULES, answer, cannot, complain
from tests.judging import CLOSES, Judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """Albania gets one award at most. C is below a threshold, and S is set aside."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    spread = CoolDown(per_beneficiary_most=1)
    await made.call(amount="100.00", after_decision=RULES, cool_down=spread)
    for name in ("A", "B", "C"):
        await made.apply(name, "40.00")
    await made.apply("S", "10.00", lead="BA", partners=("RS",))
    albania, before = made.institutions["AL"], CLOSES - timedelta(days=9)
    await made.act("eva", lambda tx: declare_tie(tx, albania, "Worked there.", until=None), before)
    await made.close()
    for name, points in (("A", "70"), ("B", "60"), ("C", "1")):
        await made.score("elena", name, "16", points)
    return made


async def set_aside(play: Judging, who: str) -> None:
    await play.act(who, lambda tx: assessing.set_aside(tx, play.applications["S"], "Nobody is free."))


async def rule_on_conflict(play: Judging, who: str) -> None:
    key, eva = play.applications["C"], play.people["eva"]
    await play.act(who, lambda tx: decide_on_conflict(tx, key, eva, conflict=False, reason="Long ago."))


async def lift_the_rule(play: Judging, who: str) -> None:
    call_id, key = play.calls["TAF-2021-01"], play.applications["B"]
    await play.act(who, lambda tx: set_cool_down_aside(tx, call_id, key, "The only one on this route."))


async def test_who_set_the_application_aside_does_not_decide(play: Judging) -> None:
    await set_aside(play, "ada")
    await play.decide()
    made = await complain(play, "S", "not_funded")
    assert await cannot(play, "ada", made.id) == ["took_part"]
    await answer(play, "ines", made.id)


@pytest.mark.parametrize("part", [rule_on_conflict, lift_the_rule])
async def test_nor_who_ruled_on_a_conflict_on_it_or_lifted_a_rule_of_its_ranking(
    play: Judging, part: Callable[[Judging, str], Awaitable[None]]
) -> None:
    await set_aside(play, "vera")
    await part(play, "ada")
    await play.decide()
    made = await complain(play, "C", "not_funded")
    assert await cannot(play, "ada", made.id) == ["took_part"]
    await answer(play, "ines", made.id)
