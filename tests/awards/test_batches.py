"""Rolling calls: a batch is a call; what has no money is carried over once; the amount of the series is never overspent."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from facility.applications.checks import batches as batches_check
from facility.applications.models.application import Application
from facility.applications.models.carry_over import CarryOver
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.models.decision import RankingEntry, ReserveEntry
from facility.awards.pages.exports import ranking_csv
from facility.awards.queries.ranking import ranking
from facility.awards.service import deciding
from facility.awards.service.deciding import propose
from facility.awards.service.ending import withdraw_award
from facility.calls.models.call import Call
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.events.reconcile import reconcile
from facility.letters.models import Letter
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.judging import CLOSES, OPENS
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES, Rolling, rolling

MOMENT = timedelta(microseconds=1)


@built_once
async def play(db: Database) -> Rolling:
    """EUR 80 000 for three cut-offs."""
    return await rolling(db)


async def clean(db: Database) -> None:
    """Reconcile finds nothing."""
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


async def first_batch(play: Rolling) -> None:
    """A is awarded, B is carried over, C is below the threshold."""
    for name, asks in (("A", "50000.00"), ("B", "40000.00"), ("C", "10000.00")):
        await play.apply(name, asks, call=SERIES)
    await play.judge(1, {"A": "70", "B": "60", "C": "40"})
    await play.settle(1)


async def test_the_batches_are_calls_with_the_rules_of_their_series(db: Database, play: Rolling) -> None:
    series = await play.row(Call, play.calls[SERIES])
    rows = await play.batches()
    assert [row.reference for row in rows] == [f"{SERIES}/B1", f"{SERIES}/B2", f"{SERIES}/B3"]
    assert [(row.opens_at, row.closes_at) for row in rows] == [
        (OPENS, CUT_OFFS[0]),
        (CUT_OFFS[0], CUT_OFFS[1]),
        (CUT_OFFS[1], CUT_OFFS[2]),
    ]
    assert {(row.amount, row.mode, row.state, row.published_by) for row in rows} == {
        (series.amount, "rolling", "published", series.published_by)
    }
    assert all(row.grid == series.grid and row.form == series.form for row in rows)
    await clean(db)


async def test_an_application_goes_into_the_batch_whose_window_holds_its_receipt(play: Rolling) -> None:
    receipts = {
        "first": OPENS,
        "exactly": CUT_OFFS[0],
        "after": CUT_OFFS[0] + MOMENT,
        "last": CUT_OFFS[2],
    }
    for name, at in receipts.items():
        await play.apply(name, "1000.00", call=SERIES, received_at=at)
    assert [await play.batch_of(name) for name in receipts] == [1, 1, 2, 3]
    with pytest.raises(Refused) as refused:
        await play.apply("late", "1000.00", call=SERIES, received_at=CUT_OFFS[2] + MOMENT)
    assert refused.value.codes == ("late",)


async def test_numbers_run_through_the_series(play: Rolling) -> None:
    for name in ("A", "B"):
        await play.apply(name, "1000.00", call=SERIES)
    await play.apply("C", "1000.00", call=SERIES, received_at=CUT_OFFS[1])
    rows = [await play.row(Application, key) for key in play.applications.values()]
    assert [row.number for row in rows] == [1, 2, 3]


async def test_what_is_withdrawn_and_taken_up_goes_back_and_into_a_later_batch(play: Rolling) -> None:
    key = await play.apply("A", "1000.00", call=SERIES)
    await play.act("omar", lambda tx: withdraw(tx, key), CLOSES)
    await play.act("omar", lambda tx: take_up_again(tx, key), CLOSES + MOMENT)
    assert (await play.row(Application, key)).call_id == play.calls[SERIES]
    await play.act("omar", lambda tx: submit(tx, key, received_at=CUT_OFFS[1]), CUT_OFFS[1])
    assert await play.batch_of("A") == 2


async def test_what_has_no_money_is_carried_over_as_it_is(db: Database, play: Rolling) -> None:
    await first_batch(play)
    assert await play.statuses() == {"A": "awarded", "B": "admissible", "C": "below_threshold"}
    assert await play.batch_of("B") == 2
    async with db.transaction(now=CLOSES) as tx:
        kept = (await tx.session.scalars(select(CarryOver))).one()
        letters = {
            row.application_id: row
            for row in await tx.session.scalars(select(Letter).where(Letter.kind != "receipt"))
        }
        mails = (
            await tx.session.scalars(select(Mail.template).where(Mail.template == "awards/carried_over"))
        ).all()
        assert (await tx.session.scalars(select(ReserveEntry))).all() == []
    assert (kept.application_id, kept.to_call_id) == (play.applications["B"], play.calls[f"{SERIES}/B2"])
    letter = letters[play.applications["B"]]
    assert (letter.kind, letter.data["next_call"], letter.data["rank"]) == ("carried_over", f"{SERIES}/B2", 2)
    assert mails == ["awards/carried_over"]
    assert await play.left() == Decimal("30000.00")
    await clean(db)


async def test_it_is_ranked_anew_by_the_same_scores_and_only_once(db: Database, play: Rolling) -> None:
    await first_batch(play)
    await play.apply("D", "20000.00", call=SERIES, received_at=CUT_OFFS[1])
    await play.apply("E", "5000.00", call=SERIES, received_at=CUT_OFFS[1])
    await play.judge(2, {"D": "65", "E": "50"})
    await play.settle(2)
    # D, then B, for which there is no money a second time; E waits behind it and has its own next time.
    assert await play.statuses() == {
        "A": "awarded",
        "B": "reserve",
        "C": "below_threshold",
        "D": "awarded",
        "E": "admissible",
    }
    assert [await play.batch_of(name) for name in "BE"] == [2, 3]
    async with db.transaction(now=CLOSES) as tx:
        entries = (await tx.session.scalars(select(RankingEntry))).all()
        kinds = (
            await tx.session.scalars(
                select(Letter.kind)
                .where(Letter.application_id == play.applications["B"], Letter.kind != "receipt")
                .order_by(Letter.created_at)
            )
        ).all()
    sums = [entry.counted for entry in entries if entry.application_id == play.applications["B"]]
    assert len(sums) == 2
    assert sums[0] == sums[1]
    assert kinds == ["carried_over", "reserve"]
    await clean(db)


async def test_what_was_decided_stays_as_it_was(db: Database, play: Rolling) -> None:
    await first_batch(play)
    batch = play.calls[f"{SERIES}/B1"]
    async with db.reader() as connection:
        before = await ranking(connection, batch)
    csv = ranking_csv(before)
    await play.judge(2, {})
    await play.act("omar", lambda tx: withdraw(tx, play.applications["B"]), CUT_OFFS[1])
    await play.settle(2)
    async with db.reader() as connection:
        after = await ranking(connection, batch)
    assert [line.line for line in after.ranked] == ["award", "carried"]
    assert after.ranked[1].carried_to == f"{SERIES}/B2"
    assert ranking_csv(after) == csv
    assert (after.assessors, after.assessments) == (before.assessors, before.assessments) == (1, 3)
    await clean(db)


async def test_who_is_recused_stays_so_and_nobody_scores_it_again(play: Rolling) -> None:
    for name, asks in (("A", "50000.00"), ("B", "40000.00")):
        await play.apply(name, asks, call=SERIES)
    await play.judge(1, {"A": "70", "B": "60"})
    await play.declare("erik", "B", conflict=True)
    await play.settle(1)
    key = play.applications["B"]
    with pytest.raises(Refused) as refused:
        await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["emma"]), CUT_OFFS[1])
    assert refused.value.codes == ("keeps_its_scores",)
    with pytest.raises(Refused) as refused:
        await play.act("erik", lambda tx: evaluation.may_write(tx, key), CUT_OFFS[1])
    assert refused.value.codes == ("conflict",)


async def test_it_is_not_taken_up_again(play: Rolling) -> None:
    await first_batch(play)
    key = play.applications["B"]
    await play.act("omar", lambda tx: withdraw(tx, key), CUT_OFFS[1])
    with pytest.raises(Refused) as refused:
        await play.act("omar", lambda tx: take_up_again(tx, key), CUT_OFFS[1])
    assert refused.value.codes == ("carried_over",)


async def test_the_last_batch_has_a_reserve_list_of_its_own(db: Database, play: Rolling) -> None:
    await play.apply("A", "50000.00", call=SERIES, received_at=CUT_OFFS[2])
    await play.apply("B", "40000.00", call=SERIES, received_at=CUT_OFFS[2])
    await play.judge(3, {"A": "70", "B": "60"})
    await play.settle(3)
    assert await play.statuses() == {"A": "awarded", "B": "reserve"}
    await play.act("vera", lambda tx: withdraw_award(tx, play.applications["A"], "given up"), CUT_OFFS[2])
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    await clean(db)


async def test_batches_are_decided_in_their_order(play: Rolling) -> None:
    await play.apply("A", "1000.00", call=SERIES)
    await play.apply("B", "1000.00", call=SERIES, received_at=CUT_OFFS[1])
    await play.judge(1, {"A": "70"})
    await play.judge(2, {"B": "70"})
    with pytest.raises(Refused) as refused:
        await play.settle(2)
    assert refused.value.codes == ("earlier_batch_open",)
    await play.settle(1)
    await play.settle(2)
    assert await play.statuses() == {"A": "awarded", "B": "awarded"}


async def test_money_that_comes_free_serves_the_whole_series_and_no_more(db: Database, play: Rolling) -> None:
    # B is on the reserve list of the second batch, E on that of the third: both draw on what the series has.
    await play.apply("A", "50000.00", call=SERIES)
    await play.apply("B", "40000.00", call=SERIES)
    await play.judge(1, {"A": "70", "B": "60"})
    await play.settle(1)
    await play.judge(2, {})
    await play.settle(2)
    await play.apply("E", "45000.00", call=SERIES, received_at=CUT_OFFS[2])
    await play.judge(3, {"E": "60"})
    await play.settle(3)
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "E": "reserve"}
    await play.act("vera", lambda tx: withdraw_award(tx, play.applications["A"], "given up"), CUT_OFFS[2])
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded", "E": "reserve"}
    assert await play.left() == Decimal("40000.00")
    await clean(db)


async def test_two_who_decide_at_once_decide_one_batch_once(db: Database, play: Rolling) -> None:
    await play.apply("A", "50000.00", call=SERIES)
    await play.apply("B", "50000.00", call=SERIES)
    await play.judge(1, {"A": "70", "B": "60"})
    batch, at = play.calls[f"{SERIES}/B1"], CLOSES + timedelta(days=1)
    await play.act("vera", lambda tx: propose(tx, batch), at)

    async def decide(who: str) -> tuple[str, ...]:
        try:
            await play.act(who, lambda tx: deciding.decide(tx, batch), at)
        except Refused as refused:
            return refused.codes
        return ()

    assert sorted(await asyncio.gather(decide("paul"), decide("ines"))) == [(), ("already_decided",)]
    assert await play.statuses() == {"A": "awarded", "B": "admissible"}
    await clean(db)


async def test_reconcile_sees_what_is_in_a_wrong_batch(db: Database, play: Rolling) -> None:
    await play.apply("A", "1000.00", call=SERIES)
    async with db.transaction(now=CLOSES) as tx:
        await tx.session.execute(
            text("UPDATE application SET call_id = :call"), {"call": play.calls[f"{SERIES}/B2"]}
        )
    async with db.reader() as connection:
        assert await batches_check(connection) == [
            "application A: not in the batch that its receipt belongs to"
        ]
