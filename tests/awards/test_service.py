"""Proposing, deciding, and serving the reserve: who gets what, to the cent, by the rows, the ledger and the log."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from facility.applications import service as applications
from facility.applications.models import Application, Party
from facility.awards import service as awards
from facility.awards.models import Award, AwardDecision, RankingEntry, ReserveEntry
from facility.calls.models import Call
from facility.contracts.models import Donor, Envelope, LedgerEntry
from facility.contracts.service import change_envelope
from facility.db import Database
from facility.evaluation import service as evaluation
from facility.events.log import history
from facility.refused import Refused
from tests.judging import CLOSES, DECIDED, Judging, judging


@pytest.fixture
async def play(db: Database) -> Judging:
    return await judging(db)


async def three(play: Judging) -> None:
    """A (ranked first), B and C of the dossier's amounts, assessed; the call closed."""
    await play.apply("A", "35427.70")
    await play.apply("B", "47250.00")
    await play.apply("C", "30000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.score("elena", "C", "13", "55")


async def by_donor(play: Judging, name: str) -> dict[str, Decimal]:
    award = await play.award(name)
    query = (
        select(Donor.name, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.donor_id == Donor.id)
        .where(LedgerEntry.award_id == award.id)
        .group_by(Donor.name)
    )
    async with play.db.reader() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


async def codes(play: Judging, actor: str, command: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await play.act(actor, command)  # type: ignore[arg-type]
    return refused.value.codes


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


async def test_a_closed_award_frees_money_for_the_reserve_at_that_instant(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    later = DECIDED + timedelta(days=150)
    await play.act(
        "ada",
        lambda tx: awards.propose_closing(
            tx, award.id, final_cost=Decimal("32100.00"), reason="Final report."
        ),
        later,
    )
    assert await play.act("vera", lambda tx: awards.close_award(tx, award.id), later) == [
        play.applications["B"]
    ]
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "reserve"}
    assert await play.free() == Decimal("650.00")
    made = await play.award("B")
    assert (made.made_at, made.from_reserve, made.amount) == (later, True, Decimal("47250.00"))
    assert await by_donor(play, "A") == {
        "EU": Decimal("27867.03"),
        "DE": Decimal("2645.61"),
        "IT": Decimal("1587.36"),
    }
    ended = await play.award("A")
    assert (ended.end_kind, ended.committed, ended.ended_at) == ("closed", Decimal("32100.00"), later)


async def test_a_final_cost_above_the_award_is_not_paid(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    await play.act(
        "ada",
        lambda tx: awards.propose_closing(tx, award.id, final_cost=Decimal("99999.99"), reason="Report."),
    )
    assert await play.act("vera", lambda tx: awards.close_award(tx, award.id)) == []
    ended = await play.award("A")
    assert (ended.final_cost, ended.committed) == (Decimal("99999.99"), Decimal("35427.70"))


async def test_nobody_closes_what_they_proposed_to_close(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    assert await codes(play, "vera", lambda tx: awards.close_award(tx, award.id)) == ("closing_not_proposed",)
    await play.act(
        "ada", lambda tx: awards.propose_closing(tx, award.id, final_cost=Decimal("1.00"), reason="Report.")
    )
    assert await codes(play, "ada", lambda tx: awards.close_award(tx, award.id)) == ("same_person",)
    assert await codes(play, "vera", lambda tx: awards.close_award(tx, award.id, seen=Decimal("2.00"))) == (
        "changed_since_shown",
    )
    with pytest.raises(IntegrityError, match="ck_award_four_eyes"):
        await play.act(
            "ada",
            lambda tx: tx.session.execute(update(Award).values(closed_by=Award.closing_proposed_by)),
        )


async def test_nobody_decides_what_they_proposed(play: Judging) -> None:
    await three(play)
    call_id = play.calls["TAF-2021-01"]
    assert await codes(play, "paul", lambda tx: awards.decide(tx, call_id)) == ("not_proposed",)
    await play.act("vera", lambda tx: awards.propose(tx, call_id))
    assert await codes(play, "vera", lambda tx: awards.decide(tx, call_id)) == ("same_person",)
    with pytest.raises(IntegrityError, match="ck_award_decision_four_eyes"):
        await play.act(
            "vera",
            lambda tx: tx.session.execute(
                update(AwardDecision).values(
                    decided_by=AwardDecision.proposed_by, decided_at=DECIDED, decided_line={}
                )
            ),
        )
    await play.act("paul", lambda tx: awards.decide(tx, call_id))
    assert await codes(play, "paul", lambda tx: awards.decide(tx, call_id)) == ("already_decided",)
    assert await codes(play, "vera", lambda tx: awards.propose(tx, call_id)) == ("already_decided",)


async def test_a_line_that_changed_since_it_was_shown_is_not_decided(play: Judging) -> None:
    await three(play)
    call_id = play.calls["TAF-2021-01"]
    await play.act("vera", lambda tx: awards.propose(tx, call_id))
    assert await codes(play, "paul", lambda tx: awards.decide(tx, call_id, seen="0" * 32)) == (
        "changed_since_shown",
    )


async def test_nothing_is_proposed_while_something_is_open(play: Judging) -> None:
    await play.apply("A", "100.00")
    call_id = play.calls["TAF-2021-01"]
    assert await codes(play, "vera", lambda tx: awards.propose(tx, call_id)) == ("call_not_closed",)
    await play.close()
    assert await codes(play, "vera", lambda tx: awards.propose(tx, call_id)) == ("evaluation_open",)
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

    await play.act("vera", lambda tx: awards.propose(tx, call_id))
    assert await codes(play, "erik", send) == ("evaluation_ended",)
    await play.act("vera", lambda tx: awards.take_back(tx, call_id))
    await play.act("erik", send)
    await play.decide()
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert (entry.assessments, entry.section_sums) == (2, {"capacity": "26", "relevance": "104"})


async def test_what_was_withdrawn_or_lost_its_beneficiaries_before_the_decision_is_not_evaluated(
    play: Judging,
) -> None:
    await play.apply("A", "10000.00", partners=("XK",))
    await play.apply("B", "20000.00")
    await play.apply("C", "30000.00")
    await play.close()
    for name in ("A", "B", "C"):
        await play.score("elena", name, "16", "64")
    await play.act("omar", lambda tx: applications.withdraw(tx, play.applications["B"]), DECIDED)
    await leave(play, "A", "XK")
    assert (await play.statuses())["A"] == "admissible"
    await play.decide()
    assert await play.statuses() == {"A": "ineligible", "B": "withdrawn", "C": "awarded"}
    assert (await play.row(Application, play.applications["A"])).reasons == ["too_few_beneficiaries"]
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert (entry.outcome, entry.rank, entry.section_sums) == ("ineligible", None, {})


async def leave(play: Judging, name: str, code: str, *, days: int = 0) -> None:
    async with play.db.reader() as connection:
        party_id = (
            await connection.execute(
                select(Party.id).where(
                    Party.application_id == play.applications[name], Party.beneficiary_code == code
                )
            )
        ).scalar_one()
    at = DECIDED + timedelta(days=days)
    await play.act("omar", lambda tx: applications.leave(tx, party_id, reason="Reorganised."), at)


async def test_a_partner_who_leaves_after_the_decision_ends_the_award_and_serves_the_reserve(
    play: Judging,
) -> None:
    await play.apply("A", "60000.00", partners=("XK",))
    await play.apply("B", "30000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.decide()
    await leave(play, "A", "XK", days=3)
    assert await play.statuses() == {"A": "ineligible", "B": "awarded"}
    award = await play.award("A")
    assert (award.end_kind, award.committed) == ("ineligible", Decimal("0.00"))
    assert sum((await by_donor(play, "A")).values()) == 0
    assert (await play.award("B")).made_at == DECIDED + timedelta(days=3)


async def test_a_later_exit_of_a_partner_of_a_closed_award_changes_nothing(play: Judging) -> None:
    await play.apply("A", "60000.00", partners=("XK",))
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    award = await play.award("A")
    await play.act(
        "ada", lambda tx: awards.propose_closing(tx, award.id, final_cost=Decimal("50.00"), reason="Report.")
    )
    await play.act("vera", lambda tx: awards.close_award(tx, award.id))
    await leave(play, "A", "XK", days=3)
    assert await play.statuses() == {"A": "closed"}
    assert await play.free() == Decimal("79950.00")
    assert await codes(
        play, "ada", lambda tx: awards.withdraw_award(tx, play.applications["A"], "Too late.")
    ) == ("not_an_award",)
    assert await codes(
        play,
        "ada",
        lambda tx: awards.propose_closing(tx, award.id, final_cost=Decimal("1.00"), reason="Again."),
    ) == ("not_an_award",)


async def test_a_reserve_place_in_front_that_leaves_lets_the_next_one_through(play: Judging) -> None:
    await three(play)  # A awarded, 44 572.30 left; B waits for 47 250.00, C behind it for 30 000.00
    await play.decide()
    served = await play.act("omar", lambda tx: awards.withdraw_award(tx, play.applications["B"], "No staff."))
    assert served == [play.applications["C"]]
    assert await play.statuses() == {"A": "awarded", "B": "withdrawn", "C": "awarded"}
    assert (await play.row(ReserveEntry, play.applications["B"])).state == "withdrawn"
    assert (await play.row(ReserveEntry, play.applications["C"])).state == "activated"


async def test_a_call_that_skips_awards_whatever_fits(db: Database) -> None:
    play = await judging(db)
    await play.call("SKIP", skip=True)
    for name, requested in (("A", "50000.00"), ("B", "40000.00"), ("C", "20000.00")):
        await play.apply(name, requested, call="SKIP")
    await play.close("SKIP")
    for name, relevance in (("A", "70"), ("B", "60"), ("C", "50")):
        await play.score("elena", name, "15", relevance)
    await play.decide("SKIP")
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "awarded"}


async def test_money_that_comes_free_serves_its_call_first_and_then_others_by_their_decisions(
    db: Database,
) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    for n, reference in enumerate(("LATE", "EARLY", "OWN")):
        await play.call(reference, amount="100.00")
        await play.apply(f"{reference}-1", "100.00" if reference == "OWN" else "40.00", call=reference)
        if reference == "OWN":
            await play.apply("OWN-2", "50.00", call="OWN")
        await play.close(reference)
        await play.score("elena", f"{reference}-1", "16", "64")
        if reference == "OWN":
            await play.score("elena", "OWN-2", "16", "60")
        del n
    await play.decide("OWN")
    await play.decide("EARLY", DECIDED + timedelta(days=1))
    await play.decide("LATE", DECIDED + timedelta(days=2))
    assert await play.statuses() == {
        "LATE-1": "reserve",
        "EARLY-1": "reserve",
        "OWN-1": "awarded",
        "OWN-2": "reserve",
    }
    await play.act(
        "ada", lambda tx: awards.withdraw_award(tx, play.applications["OWN-1"], "Not able to start.")
    )
    assert await play.statuses() == {
        "LATE-1": "reserve",
        "EARLY-1": "awarded",
        "OWN-1": "withdrawn",
        "OWN-2": "awarded",
    }
    assert await play.free() == Decimal("10.00")


async def test_more_money_in_the_envelope_serves_the_reserve(db: Database) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    await play.envelope("Other", amount="100.00")
    for reference in ("ONE", "TWO"):
        await play.call(reference, amount="100.00")
        await play.apply(reference, "80.00", call=reference)
        await play.close(reference)
        await play.score("elena", reference, "16", "64")
        await play.decide(reference)
    assert await play.statuses() == {"ONE": "awarded", "TWO": "reserve"}
    await play.act("ada", lambda tx: change_envelope(tx, play.envelopes["Facility"], Decimal("159.99")))
    assert (await play.statuses())["TWO"] == "reserve"
    await play.act("ada", lambda tx: change_envelope(tx, play.envelopes["Facility"], Decimal("160.00")))
    assert (await play.statuses())["TWO"] == "awarded"
    assert await play.free() == Decimal("0.00")


async def test_fifty_decisions_at_once_on_an_envelope_that_pays_for_ten(db: Database) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    references = [f"CALL-{n:02}" for n in range(50)]
    await play.proposed(references, "10.00")

    async def decide(reference: str) -> None:
        async with db.transaction(now=DECIDED, actor=play.people["paul"]) as tx:
            await awards.decide(tx, play.calls[reference])

    await asyncio.gather(*map(decide, references))
    statuses = await play.statuses()
    assert sorted(statuses.values()) == ["awarded"] * 10 + ["reserve"] * 40
    envelope = await play.row(Envelope, play.envelopes["Facility"])
    assert envelope.committed == Decimal("100.00")
    async with db.reader() as connection:
        assert (await connection.execute(select(func.sum(LedgerEntry.amount)))).scalar_one() == Decimal(
            "100.00"
        )


async def test_awards_that_end_at_once_serve_the_reserve_without_deadlock_or_overspending(
    db: Database,
) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="40.00")
    await play.call("ONE", amount="40.00")
    names = [f"N{n:02}" for n in range(8)]
    for name in names:
        await play.apply(name, "10.00", call="ONE")
    await play.close("ONE")
    for n, name in enumerate(names):
        await play.score("elena", name, "16", str(80 - n))
    await play.decide("ONE")

    async def withdraw(name: str) -> None:
        async with db.transaction(now=DECIDED + timedelta(days=1), actor=play.people["ada"]) as tx:
            await awards.withdraw_award(tx, play.applications[name], "Not able to start.")

    await asyncio.gather(*map(withdraw, names[:4]))
    statuses = await play.statuses()
    assert [statuses[name] for name in names] == ["withdrawn"] * 4 + ["awarded"] * 4
    assert await play.free() == Decimal("0.00")


async def test_the_log_tells_what_was_decided(play: Judging) -> None:
    await three(play)
    await play.decide()
    async with play.db.reader() as connection:
        told = await history(connection, play.calls["TAF-2021-01"])
        assert [type(line.event).__name__ for line in told[:2]] == ["AwardsDecided", "AwardsProposed"]
        assert (told[0].event.committed, told[0].event.left) == (Decimal("35427.70"), Decimal("44572.30"))  # type: ignore[attr-defined]


async def test_the_ranking_keeps_exact_sums(play: Judging) -> None:
    await three(play)
    await play.score("erik", "A", "16.33", "60.01")
    await play.decide()
    entry = await play.row(RankingEntry, (play.calls["TAF-2021-01"], play.applications["A"]))
    assert entry.section_sums == {"capacity": "32.33", "relevance": "124.01"}
    assert Fraction(Decimal(entry.section_sums["capacity"])) / entry.assessments == Fraction(3233, 200)
    assert CLOSES < DECIDED
