"""Proposing and deciding: who gets what, to the cent, by the rows, the ledger and the log."""

from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from facility.applications.models.application import Application
from facility.applications.service.withdrawal import withdraw
from facility.awards.models.decision import AwardDecision, RankingEntry, ReserveEntry
from facility.awards.service import deciding
from facility.awards.service.deciding import propose, take_back
from facility.calls.models.call import Call
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.events.log import history
from tests.awards.reading import by_donor, codes, leave, three
from tests.judging import CLOSES, DECIDED, Judging, judging


async def test_a_decision_awards_from_the_top_and_puts_the_rest_on_the_reserve_list(play: Judging) -> None:
    await three(play)
    await play.decide()
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    assert await by_donor(play, "A") == {
        "EU": Decimal("30755.92"),
        "DE": Decimal("2919.86"),
        "IT": Decimal("1751.92"),
    }
    assert await play.free() == Decimal("44572.30")
    call = await play.row(Call, play.calls["TAF-2021-01"])
    assert (call.state, call.decided_at) == ("decided", DECIDED)
    place = await play.row(ReserveEntry, play.applications["B"])
    assert (place.place, place.requested, place.state) == (1, Decimal("47250.00"), "waiting")
    assert (await play.row(ReserveEntry, play.applications["C"])).place == 2


async def test_nobody_decides_what_they_proposed(play: Judging) -> None:
    await three(play)
    call_id = play.calls["TAF-2021-01"]
    assert await codes(play, "paul", lambda tx: deciding.decide(tx, call_id)) == ("not_proposed",)
    await play.act("vera", lambda tx: propose(tx, call_id))
    assert await codes(play, "vera", lambda tx: deciding.decide(tx, call_id)) == ("same_person",)
    with pytest.raises(IntegrityError, match="ck_award_decision_four_eyes"):
        await play.act(
            "vera",
            lambda tx: tx.session.execute(
                update(AwardDecision).values(
                    decided_by=AwardDecision.proposed_by, decided_at=DECIDED, decided_line={}
                )
            ),
        )
    await play.act("paul", lambda tx: deciding.decide(tx, call_id))
    assert await codes(play, "paul", lambda tx: deciding.decide(tx, call_id)) == ("already_decided",)
    assert await codes(play, "vera", lambda tx: propose(tx, call_id)) == ("already_decided",)


async def test_a_line_that_changed_since_it_was_shown_is_not_decided(play: Judging) -> None:
    await three(play)
    call_id = play.calls["TAF-2021-01"]
    await play.act("vera", lambda tx: propose(tx, call_id))
    assert await codes(play, "paul", lambda tx: deciding.decide(tx, call_id, seen="0" * 32)) == (
        "changed_since_shown",
    )


async def test_nothing_is_proposed_while_something_is_open(play: Judging) -> None:
    await play.apply("A", "100.00")
    call_id = play.calls["TAF-2021-01"]
    assert await codes(play, "vera", lambda tx: propose(tx, call_id)) == ("call_not_closed",)
    await play.close()
    assert await codes(play, "vera", lambda tx: propose(tx, call_id)) == ("evaluation_open",)
    await play.act("ada", lambda tx: evaluation.set_aside(tx, play.applications["A"], "Nobody free."))
    await play.decide()
    assert await play.statuses() == {"A": "not_assessed"}


async def test_a_proposal_ends_the_scoring_until_it_is_taken_back(play: Judging) -> None:
    await three(play)
    await play.declare("erik", "A")
    call_id = play.calls["TAF-2021-01"]
    scores = {"capacity": Decimal(10), "relevance": Decimal(40)}

    async def send(tx: object) -> None:
        await evaluation.send_assessment(tx, play.applications["A"], scores, {})  # type: ignore[arg-type]

    await play.act("vera", lambda tx: propose(tx, call_id))
    assert await codes(play, "erik", send) == ("evaluation_ended",)
    await play.act("vera", lambda tx: take_back(tx, call_id))
    await play.act("erik", send)
    await play.decide()
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert (entry.assessments, entry.counted) == (2, {"capacity": "13", "relevance": "52", "total": "65"})


async def test_what_was_withdrawn_or_lost_its_beneficiaries_before_the_decision_is_not_evaluated(
    play: Judging,
) -> None:
    await play.apply("A", "10000.00", partners=("XK",))
    await play.apply("B", "20000.00")
    await play.apply("C", "30000.00")
    await play.close()
    for name in ("A", "B", "C"):
        await play.score("elena", name, "16", "64")
    await play.act("omar", lambda tx: withdraw(tx, play.applications["B"]), DECIDED)
    await leave(play, "A", "XK")
    assert (await play.statuses())["A"] == "admissible"
    await play.decide()
    assert await play.statuses() == {"A": "ineligible", "B": "withdrawn", "C": "awarded"}
    assert (await play.row(Application, play.applications["A"])).reasons == ["too_few_beneficiaries"]
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert (entry.outcome, entry.rank, entry.counted) == ("ineligible", None, {})


async def test_a_call_that_skips_awards_whatever_fits(db: Database) -> None:
    play = await judging(db)
    await play.call("SKIP", skip_unaffordable=True)
    for name, requested in (("A", "50000.00"), ("B", "40000.00"), ("C", "20000.00")):
        await play.apply(name, requested, call="SKIP")
    await play.close("SKIP")
    for name, relevance in (("A", "70"), ("B", "60"), ("C", "50")):
        await play.score("elena", name, "15", relevance)
    await play.decide("SKIP")
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "awarded"}


async def test_the_log_tells_what_was_decided(play: Judging) -> None:
    await three(play)
    await play.decide()
    async with play.db.reader() as connection:
        events = await history(connection, play.calls["TAF-2021-01"])
        assert [type(line.event).__name__ for line in events[:2]] == ["AwardsDecided", "AwardsProposed"]
        assert (events[0].event.committed, events[0].event.left) == (Decimal("35427.70"), Decimal("44572.30"))  # type: ignore[attr-defined]


async def test_the_ranking_keeps_exact_means(play: Judging) -> None:
    await three(play)
    await play.score("erik", "A", "16.33", "60.01")
    await play.decide()
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert entry.counted == {"capacity": "3233/200", "relevance": "12401/200", "total": "7817/100"}
    assert CLOSES < DECIDED
