"""What happens between two versions of a ranking: offers and places that ended, what was set aside, what left the list, agreed scores. What
pages and letters say before and after a version is decided is what happens."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from msgspec.structs import replace
from sqlalchemy import select

from facility.awards.pages.exports import ranking_csv
from facility.awards.queries.later_version import making
from facility.awards.queries.ranking import ranking
from facility.awards.service import later_version
from facility.awards.service.offers import end_offers_due
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.scoring import Aggregate
from facility.db import Database
from facility.evaluation.service.assessing import assign, bring_back, set_aside
from facility.evaluation.service.consensus import answer_on_scores, begin_consensus, send_agreed_scores
from facility.evaluation.service.reopening import reopen
from facility.letters.models import Letter
from tests.awards.complaining import answer, clean, complain, judged
from tests.awards.later_versions import CALL, LATER, assessed, decided, letters, places, roots, sent, upheld
from tests.calls.reading import refused
from tests.evaluation.test_duties import make_both
from tests.judging import CLOSES, DECIDED, GRID, Judging

RULES = AfterDecision(complaint_days=14, answer_days=30)
OFFERS = replace(RULES, offer_days=14, offer_percent=30)


async def ranked(
    db: Database, amounts: dict[str, str], points: dict[str, str], rules: AfterDecision = RULES
) -> Judging:
    """A decided call of EUR 100 with these requests; what has no points is set aside."""
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    await play.call(amount="100.00", after_decision=rules)
    for name, amount in amounts.items():
        await play.apply(name, amount)
    await play.close()
    for name in amounts:
        if name in points:
            await play.score("elena", name, "16", points[name])
        else:
            key = play.applications[name]
            await play.act("ada", partial(set_aside, application_id=key, reason="Nobody."), CLOSES)
    await play.decide()
    return play


async def proposed_and_decided(play: Judging, at: datetime = DECIDED) -> tuple[str, ...]:
    """By reference, who the page said gets an award at once."""
    call = play.calls[CALL]
    await play.act("vera", lambda tx: later_version.propose_version(tx, call), at)
    async with play.db.reader() as read:
        served = (await making(read, call, at)).served
    await play.act("paul", lambda tx: later_version.decide_version(tx, call), at)
    return served


async def test_what_was_set_aside_stays_so_while_another_is_assessed_again(db: Database) -> None:
    play = await ranked(db, {"A": "80.00", "B": "60.00", "S": "10.00"}, {"A": "70", "B": "60"})
    await upheld(play, "B")
    back = await refused(play, "ada", lambda tx: bring_back(tx, play.applications["S"]), DECIDED)
    assert back == [("already_decided", None)]
    assert (await play.statuses())["S"] == "not_assessed"


async def test_what_left_the_list_can_be_assessed_once_more(db: Database) -> None:
    play = await ranked(db, {"A": "80.00", "B": "60.00"}, {"A": "70", "B": "60"})
    await upheld(play, "B")
    await assessed(play, "B", "1")
    await decided(play)
    await upheld(play, "B")
    await clean(db)
    await assessed(play, "B", "65", "emma")
    await decided(play, LATER)
    assert [(name, state) for name, (_place, state) in (await places(db, play)).items()] == [("B", "waiting")]
    assert await letters(db, play) == [("B", "not_funded"), ("B", "reserve")]
    assert len(await roots(db, play)) == 3
    await clean(db)


async def test_a_later_version_offers_nothing_and_no_letter_says_so(db: Database) -> None:
    """B did not answer the offer of EUR 20 in time; then C comes before it."""
    amounts = {"A": "80.00", "B": "60.00", "C": "25.00"}
    play = await ranked(db, amounts, {"A": "70", "B": "65", "C": "60"}, OFFERS)
    await end_offers_due(db, DECIDED + timedelta(days=20))
    await upheld(play, "C")
    await assessed(play, "C", "68")
    await decided(play)
    async with db.reader() as read:
        query = select(Letter.kind, Letter.data["offered"].astext).where(Letter.data["version"].astext == "2")
        assert sorted(map(tuple, await read.execute(query))) == [("reserve", None), ("reserve", None)]
        current = await ranking(read, play.calls[CALL])
        first = await ranking(read, play.calls[CALL], 1)
    assert b"is offered" not in ranking_csv(current)
    assert b"EUR 20.00 is offered" in ranking_csv(first)
    await roots(db, play)
    await clean(db)


async def test_what_was_held_for_who_leaves_the_list_serves_the_next(db: Database) -> None:
    """EUR 20 are held for B, which falls below a threshold; C is behind it."""
    amounts = {"A": "80.00", "B": "60.00", "C": "18.00"}
    play = await ranked(db, amounts, {"A": "70", "B": "65", "C": "60"}, OFFERS)
    await upheld(play, "B")
    await assessed(play, "B", "1")
    assert await proposed_and_decided(play) == ("C",)
    assert await play.statuses() == {"A": "awarded", "B": "below_threshold", "C": "awarded"}
    await clean(db)


async def test_a_place_that_is_not_valid_any_more_is_not_announced_as_an_award(db: Database) -> None:
    """The reserve list ended after 30 days, and then A's award. C, which was below a threshold, gets one; B does not."""
    play = await judged(db, replace(RULES, reserve_days=30))
    complaint = await complain(play, "C", "not_funded")
    await play.withdraw_award("A", "It ended.", LATER)
    await answer(play, "ada", complaint.id, LATER, upheld=True, reason="So.", again="others")
    await assessed(play, "C", "75", at=LATER)
    assert await proposed_and_decided(play, LATER) == ("C",)
    statuses = await play.statuses()
    assert (statuses["B"], statuses["C"]) == ("reserve", "awarded")


async def test_a_correction_waits_until_something_was_corrected(db: Database) -> None:
    play = await ranked(db, {"A": "80.00", "B": "60.00"}, {"A": "70", "B": "60"})
    await upheld(play, "B", "correction")
    call, elena = play.calls[CALL], play.people["elena"]
    early = await refused(play, "vera", lambda tx: later_version.propose_version(tx, call), DECIDED)
    assert early == [("reassessment_open", None)]
    await play.act("vera", lambda tx: reopen(tx, play.applications["B"], elena, "A sum was wrong."), DECIDED)
    await sent(play, "B", "75", "elena")
    await decided(play)
    assert await places(db, play) == {"B": (1, "waiting")}


async def agreed(play: Judging, name: str, relevance: str, pair: tuple[str, str], at: datetime) -> None:
    """Two assessors who have sent theirs agree on this score."""
    key, scores = play.applications[name], {"capacity": Decimal(14), "relevance": Decimal(relevance)}
    made = await play.act("ada", lambda tx: begin_consensus(tx, key, play.people[pair[0]]), at)
    await play.act(pair[0], lambda tx: send_agreed_scores(tx, key, made, scores, {}), at)
    await play.act(pair[1], lambda tx: answer_on_scores(tx, key, made, agrees=True, dissent=""), at)


async def test_others_agree_on_scores_of_their_own(db: Database) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    grid = replace(GRID, min_assessments=2, aggregate=Aggregate.CONSENSUS)
    await play.call(amount="100.00", grid=grid, after_decision=RULES)
    for name, amount in (("A", "80.00"), ("B", "15.00")):
        await play.apply(name, amount)
    await play.close()
    for name, points in (("A", "66"), ("B", "1")):
        for who in ("elena", "erik"):
            await play.score(who, name, "14", points)
        await agreed(play, name, points, ("elena", "erik"), CLOSES + timedelta(days=3))
    await play.decide()
    await upheld(play, "B")
    await clean(db)
    for who in ("emma", "enzo"):
        await assessed(play, "B", "60", who, LATER)
    early = await refused(play, "vera", lambda tx: later_version.propose_version(tx, play.calls[CALL]), LATER)
    assert early == [("reassessment_open", None)]
    await agreed(play, "B", "70", ("emma", "enzo"), LATER)
    await decided(play, LATER)
    assert (await play.statuses())["B"] == "awarded"
    assert len(await roots(db, play)) == 2
    await clean(db)


async def test_who_upheld_the_complaint_does_not_assess_what_follows_from_it(db: Database) -> None:
    play = await ranked(db, {"A": "80.00", "B": "60.00"}, {"A": "70", "B": "60"})
    await make_both(play, "emma")
    complaint = await complain(play, "B", "reserve")
    await answer(play, "emma", complaint.id, upheld=True, reason="So.", again="others")
    given = await refused(
        play, "vera", lambda tx: assign(tx, play.applications["B"], play.people["emma"]), DECIDED
    )
    assert given == [("assessor_upheld", "assessors")]
