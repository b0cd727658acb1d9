"""How awards end, and how the reserve is served from what comes free."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from facility.awards.models.award import Award
from facility.awards.models.decision import ReserveEntry
from facility.awards.service.ending import close_award, propose_closing, withdraw_award
from facility.db import Database
from tests.awards.reading import by_donor, codes, leave, three
from tests.judging import DECIDED, Judging


async def test_a_closed_award_frees_money_for_the_reserve_at_that_instant(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    later = DECIDED + timedelta(days=150)
    await play.act(
        "ada",
        lambda tx: propose_closing(tx, award.id, final_cost=Decimal("32100.00"), reason="Final report."),
        later,
    )
    assert await play.act("vera", lambda tx: close_award(tx, award.id), later) == [play.applications["B"]]
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


async def test_the_reserve_gets_no_more_than_is_left_of_its_calls_amount_though_the_envelope_has_it(
    play: Judging,
) -> None:
    await three(
        play
    )  # of the call's EUR 80 000, 44 572.30 are left; B, first on the reserve list, asks for 47 250.00
    await play.decide()
    assert await play.enlarge("200000.00") == []
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    await play.end("A", "32750.01")
    assert await play.statuses() == {"A": "closed", "B": "reserve", "C": "reserve"}
    assert await play.free() == Decimal("167249.99")


async def test_the_reserve_gets_the_last_cent_of_its_calls_amount(play: Judging) -> None:
    await three(play)
    await play.decide()
    await play.enlarge("200000.00")
    await play.end("A", "32750.00")
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "reserve"}
    assert await play.free() == Decimal("120000.00")


async def test_what_comes_free_in_a_call_adds_nothing_to_what_another_may_commit(play: Judging) -> None:
    await play.call("TAF-2021-02")
    await play.apply("A", "60000.00")
    await play.apply("B", "60000.00", call="TAF-2021-02")
    await play.apply("C", "30000.00", call="TAF-2021-02")
    await play.close()
    await play.close("TAF-2021-02")
    for name, relevance in {"A": "64", "B": "64", "C": "60"}.items():
        await play.score("elena", name, "16", relevance)
    await play.enlarge("200000.00")
    await play.decide()
    await play.decide("TAF-2021-02")
    await play.end("A", "0.00")
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "reserve"}


async def test_a_final_cost_above_the_award_is_not_paid(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    await play.act(
        "ada",
        lambda tx: propose_closing(tx, award.id, final_cost=Decimal("99999.99"), reason="Report."),
    )
    assert await play.act("vera", lambda tx: close_award(tx, award.id)) == []
    ended = await play.award("A")
    assert (ended.final_cost, ended.committed) == (Decimal("99999.99"), Decimal("35427.70"))


async def test_nobody_closes_what_they_proposed_to_close(play: Judging) -> None:
    await three(play)
    await play.decide()
    award = await play.award("A")
    assert await codes(play, "vera", lambda tx: close_award(tx, award.id)) == ("closing_not_proposed",)
    await play.act(
        "ada", lambda tx: propose_closing(tx, award.id, final_cost=Decimal("1.00"), reason="Report.")
    )
    assert await codes(play, "ada", lambda tx: close_award(tx, award.id)) == ("same_person",)
    assert await codes(play, "vera", lambda tx: close_award(tx, award.id, seen=Decimal("2.00"))) == (
        "changed_since_shown",
    )
    with pytest.raises(IntegrityError, match="ck_award_four_eyes"):
        await play.act(
            "ada",
            lambda tx: tx.session.execute(update(Award).values(closed_by=Award.closing_proposed_by)),
        )


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
        "ada", lambda tx: propose_closing(tx, award.id, final_cost=Decimal("50.00"), reason="Report.")
    )
    await play.act("vera", lambda tx: close_award(tx, award.id))
    await leave(play, "A", "XK", days=3)
    assert await play.statuses() == {"A": "closed"}
    assert await play.free() == Decimal("79950.00")
    assert await codes(play, "ada", lambda tx: withdraw_award(tx, play.applications["A"], "Too late.")) == (
        "not_an_award",
    )
    assert await codes(
        play,
        "ada",
        lambda tx: propose_closing(tx, award.id, final_cost=Decimal("1.00"), reason="Again."),
    ) == ("not_an_award",)


async def test_a_reserve_place_in_front_that_leaves_lets_the_next_one_through(play: Judging) -> None:
    await three(play)  # A awarded, 44 572.30 left; B waits for 47 250.00, C behind it for 30 000.00
    await play.decide()
    served = await play.act("omar", lambda tx: withdraw_award(tx, play.applications["B"], "No staff."))
    assert served == [play.applications["C"]]
    assert await play.statuses() == {"A": "awarded", "B": "withdrawn", "C": "awarded"}
    assert (await play.row(ReserveEntry, play.applications["B"])).state == "withdrawn"
    assert (await play.row(ReserveEntry, play.applications["C"])).state == "activated"


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
    await play.act("ada", lambda tx: withdraw_award(tx, play.applications["OWN-1"], "Not able to start."))
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
    await play.enlarge("159.99")
    assert (await play.statuses())["TWO"] == "reserve"
    await play.enlarge("160.00")
    assert (await play.statuses())["TWO"] == "awarded"
    assert await play.free() == Decimal("0.00")


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
            await withdraw_award(tx, play.applications[name], "Not able to start.")

    await asyncio.gather(*map(withdraw, names[:4]))
    statuses = await play.statuses()
    assert [statuses[name] for name in names] == ["withdrawn"] * 4 + ["awarded"] * 4
    assert await play.free() == Decimal("0.00")
