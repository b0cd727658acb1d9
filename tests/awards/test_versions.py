"""A later version of a decided ranking: an upheld complaint has an application assessed and ranked again. Awards stay, money is never
overspent, those whose result changes get a letter, and each version can be verified."""

import asyncio
import copy
import itertools
import random
import re
from decimal import Decimal
from functools import partial

import msgspec
import pytest
from sqlalchemy import select, text

from facility.awards.models.complaint import Complaint
from facility.awards.queries.later_version import kept_document
from facility.awards.queries.versions import versions
from facility.awards.rules.bundle import digest_of, root_of
from facility.awards.rules.later_version import places_after
from facility.awards.service import later_version
from facility.awards.service.complaints import register_complaint
from facility.awards.service.verification import verify
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.reopening import reopen
from facility.letters.models import Letter
from facility.refused import Refused
from facility.settings import Settings
from tests.awards.bundles import encoded, leaves, replaced
from tests.awards.complaining import answer, cannot, clean, complain, judged, paper
from tests.awards.later_versions import CALL, LATER, assessed, decided, letters, places, roots, sent, upheld
from tests.awards.test_verification import other_than
from tests.calls.reading import refused
from tests.judging import DECIDED, Judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """As tests.awards.complaining.judged: A has EUR 80 of 100, B waits for 60, C with 10 is below a threshold."""
    return await judged(db, AfterDecision(complaint_days=14, answer_days=30))


async def test_others_assess_it_and_it_gets_its_award_while_the_money_is_there(
    play: Judging, db: Database, settings: Settings
) -> None:
    await upheld(play, "C")
    assert (await play.statuses())["C"] == "admissible"
    assert await refused(
        play, "vera", lambda tx: later_version.propose_version(tx, play.calls[CALL]), DECIDED
    ) == [("reassessment_open", None)]
    key = play.applications["C"]
    assert await refused(
        play, "vera", lambda tx: evaluation.assign(tx, key, play.people["elena"]), DECIDED
    ) == [("assessor_before", "assessors")]
    await assessed(play, "C", "75")
    await decided(play)
    assert await play.statuses() == {
        "A": "awarded",
        "B": "reserve",
        "C": "awarded",
        "N": "inadmissible",
    }
    assert await play.free() == Decimal(10)
    assert await letters(db, play) == [("C", "award")]
    words = await paper(play, settings, "C", "award")
    first, second = await roots(db, play)
    for part in (
        r"\b2, [^,.]*TAF-2021-01/C1\.",
        r" 1 \w+ 3\.",
        second,
    ):  # version and complaint, rank, fingerprint
        assert re.search(part, words), part
    async with db.reader() as read:
        logged = await read.execute(
            text("SELECT kind, data ->> 'root' FROM event WHERE kind IN ('AwardsDecided', 'VersionDecided')")
        )
        assert dict(iter(logged)) == {"AwardsDecided": first, "VersionDecided": second}
    await clean(db)


async def test_where_the_money_is_gone_it_heads_the_list_and_is_served_first(
    play: Judging, db: Database, settings: Settings
) -> None:
    await upheld(play, "B")
    await assessed(play, "B", "75")
    await decided(play)
    assert (await play.statuses())["A"] == "awarded", "an award stays, though it lies below the line now"
    assert await places(db, play) == {"B": (1, "waiting")}
    assert await letters(db, play) == [("B", "reserve")]
    assert "rank 1 of 2" in await paper_of_version(play, settings, "B")
    await clean(db)
    await play.withdraw_award("A", "It ended.")
    assert await play.statuses() | {"N": ""} == {
        "A": "withdrawn",
        "B": "awarded",
        "C": "below_threshold",
        "N": "",
    }
    assert await letters(db, play) == [("B", "award"), ("B", "reserve")]
    await clean(db)


async def paper_of_version(play: Judging, settings: Settings, name: str) -> str:
    """The letter on the reserve list by version 2."""
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Letter).where(
            Letter.application_id == play.applications[name], Letter.data["version"].astext == "2"
        )
        made = (await tx.session.scalars(query)).one()
    return str(made.data["rank"]).join(("rank ", f" of {made.data['ranked']}"))


async def test_the_list_is_rearranged_and_only_those_whom_it_changes_get_letters(db: Database) -> None:
    """Of EUR 100, A gets 80; B, C and D wait for 60, 50 and 40. C's assessor corrects what counted: it comes before B, behind A."""
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    await play.call(amount="100.00", after_decision=AfterDecision(complaint_days=14, answer_days=30))
    for name, amount in (("A", "80.00"), ("B", "60.00"), ("C", "50.00"), ("D", "40.00")):
        await play.apply(name, amount)
    await play.close()
    for name, points in (("A", "70"), ("B", "65"), ("C", "60"), ("D", "55")):
        await play.score("elena", name, "16", points)
    await play.decide()
    await upheld(play, "C", "correction")
    key, elena = play.applications["C"], play.people["elena"]
    await play.act("vera", lambda tx: reopen(tx, key, elena, "A sum was wrong."), DECIDED)
    assert await refused(
        play,
        "vera",
        lambda tx: reopen(tx, play.applications["B"], elena, "Why not?"),
        DECIDED,
    ) == [("not_in_evaluation", None)]
    await sent(play, "C", "68", "elena")
    await decided(play)
    assert await places(db, play) == {"C": (1, "waiting"), "B": (2, "waiting"), "D": (3, "waiting")}
    assert await letters(db, play) == [("B", "reserve"), ("C", "reserve")]
    await roots(db, play)
    await clean(db)
    await upheld_again(play, "D")
    await assessed(play, "D", "1")
    await decided(play, LATER)
    assert await places(db, play) == {
        "C": (1, "waiting"),
        "B": (2, "waiting"),
        "D": (3, "below_threshold"),
    }
    assert (await letters(db, play))[-1] == ("D", "not_funded")
    assert len(await roots(db, play)) == 3
    await clean(db)


async def upheld_again(play: Judging, name: str) -> None:
    """By the first letter, which was not replaced."""
    made = await complain(play, name, "reserve")
    await answer(play, "ada", made.id, upheld=True, reason="It was misread.", again="others")


async def test_two_complaints_make_one_version_until_it_is_proposed(play: Judging, db: Database) -> None:
    await upheld(play, "C")
    await assessed(play, "C", "75")
    call = play.calls[CALL]
    await play.act("vera", lambda tx: later_version.propose_version(tx, call), DECIDED)
    second = await complain(play, "B", "reserve")
    assert await cannot(play, "ada", second.id, upheld=True, reason="So.", again="others") == [
        "version_proposed"
    ]
    assert await refused(play, "vera", lambda tx: later_version.decide_version(tx, call), DECIDED) == [
        ("same_person", None)
    ]
    await play.act("paul", lambda tx: later_version.send_version_back(tx, call, "Wait for B."), DECIDED)
    await answer(play, "ada", second.id, upheld=True, reason="So.", again="correction")
    elena = play.people["elena"]
    await play.act("vera", lambda tx: reopen(tx, play.applications["B"], elena, "A sum."), DECIDED)
    await sent(play, "B", "62", "elena")
    async with db.reader() as read:
        made = (await versions(read, call)).making
    assert made is not None
    assert made.complaints == ["TAF-2021-01/C1", "TAF-2021-01/C2"]
    await decided(play)
    first, second_root = await roots(db, play)
    assert first != second_root
    await clean(db)


async def test_what_gets_its_award_meanwhile_is_not_ranked_again(play: Judging, db: Database) -> None:
    await upheld(play, "B")
    await play.withdraw_award("A", "It ended.")
    assert (await play.statuses())["B"] == "awarded", "its place is served while it is assessed again"
    call = play.calls[CALL]
    assert await refused(play, "vera", lambda tx: later_version.propose_version(tx, call), DECIDED) == [
        ("nothing_to_rank", None)
    ]
    await play.act("vera", lambda tx: later_version.close_version(tx, call), DECIDED)
    async with db.reader() as read:
        assert (await versions(read, call)).making is None
    assert await letters(db, play) == []
    await clean(db)


async def test_money_that_frees_at_the_same_moment_is_spent_once(play: Judging, db: Database) -> None:
    await upheld(play, "B")
    await assessed(play, "B", "75")
    call = play.calls[CALL]
    await play.act("vera", lambda tx: later_version.propose_version(tx, call), DECIDED)
    ends = await asyncio.gather(
        play.act("paul", lambda tx: later_version.decide_version(tx, call), DECIDED),
        play.withdraw_award("A", "It ended."),
        return_exceptions=True,
    )
    refusals = [end.codes for end in ends if isinstance(end, Refused)]
    assert refusals in ([], [("nothing_to_rank",)]), (
        "where the money came first, B has its award by its old place"
    )
    assert (await play.statuses())["B"] == "awarded"
    assert await play.free() == Decimal(40)
    await clean(db)


async def test_a_complaint_that_changes_no_ranking_says_what_is_done(play: Judging, db: Database) -> None:
    made = await complain(play, "C", "not_funded")
    assert await cannot(play, "ada", made.id, upheld=True) == ["follow_up_missing follow_up"]
    await answer(play, "ada", made.id, upheld=True, reason="Yes.", follow_up="An apology.")
    assert (await play.statuses())["C"] == "below_threshold"
    async with db.reader() as read:
        assert (await versions(read, play.calls[CALL])).decided == ()


async def test_whatever_is_changed_in_a_later_version_is_found(play: Judging, db: Database) -> None:
    await upheld(play, "C")
    await assessed(play, "C", "75")
    await decided(play)
    async with db.reader() as read:
        raw = await kept_document(read, play.calls[CALL], 2)
    assert raw is not None
    document = msgspec.json.decode(raw)
    assert (document["version"], document["revision"]["number"]) == (5, 2)
    for path, value in leaves(document):
        for other in itertools.islice(other_than(value), 1):
            assert verify(encoded(replaced(document, path, other)), document["root"]).differences, path
    for name in ("above", "reserve"):
        changed = copy.deepcopy(document)
        changed["revision"][name] = [
            *reversed(document["revision"]["reserve"]),
            document["revision"]["awarded"][0],
        ]
        changed["revision"]["digest"] = digest_of(changed["revision"])
        changed["root"] = root_of(changed)
        assert f"revision.{name}" in {wrong.path for wrong in verify(encoded(changed)).differences}
    first = copy.deepcopy(document)
    del first["revision"]
    first["root"] = root_of(first)
    assert verify(encoded(first)).differences, "a later version without its revision"


@pytest.mark.parametrize("seed", [3, 8])
async def test_whatever_is_ranked_again_awards_stay_and_money_is_never_overspent(
    db: Database, seed: int
) -> None:
    """Seven applications of random sizes; in three rounds one that got nothing is ranked again by random scores, and sometimes an award ends."""
    dice = random.Random(seed)
    play = Judging(db)
    await play.cast()
    await play.envelope(amount="100.00")
    rules = AfterDecision(complaint_days=60, answer_days=30)
    await play.call(amount="100.00", after_decision=rules, skip_unaffordable=bool(seed % 2))
    for name in "ABCDEFG":
        await play.apply(name, f"{dice.randint(10, 60)}.00")
    await play.close()
    for name in "ABCDEFG":
        await play.score("elena", name, "16", str(dice.randint(20, 75)))
    await play.decide()
    withdrawn: set[str] = set()
    for who in ("erik", "emma", "enzo"):
        before = {name for name, status in (await play.statuses()).items() if status == "awarded"}
        chosen = await contest_one(play, dice)
        if chosen is None:
            break
        if dice.random() < 0.5:
            ended = dice.choice(sorted(before))
            await play.withdraw_award(ended, "It ended.")
            withdrawn.add(ended)
        if (await play.statuses())[chosen] == "admissible":
            await assessed(play, chosen, str(dice.randint(20, 75)), who)
            await decided(play)
        else:
            await play.act("vera", partial(later_version.close_version, call_id=play.calls[CALL]), DECIDED)
        after = {name for name, status in (await play.statuses()).items() if status == "awarded"}
        assert before - withdrawn <= after
        amounts = [(await play.award(name)).committed for name in after]
        assert sum(amounts, Decimal(0)) <= 100
        await roots(db, play)
        await clean(db)


async def contest_one(play: Judging, dice: random.Random) -> str | None:
    """An application that waits or is below a threshold and has not complained yet, whose complaint is upheld."""
    kinds = {"reserve": "reserve", "below_threshold": "not_funded"}
    statuses = await play.statuses()
    names = [name for name in sorted(statuses) if statuses[name] in kinds]
    dice.shuffle(names)
    for name in names:
        async with play.db.reader() as read:
            query = (
                select(Letter.id)
                .outerjoin(Complaint, Complaint.letter_id == Letter.id)
                .where(
                    Letter.application_id == play.applications[name],
                    Letter.kind == kinds[statuses[name]],
                    Complaint.id.is_(None),
                )
            )
            key = (await read.execute(query.order_by(Letter.created_at.desc()).limit(1))).scalar()
        if key is None:
            continue
        made = await play.act(
            "omar", partial(register_complaint, letter_id=key, text="Misread.", name="Omar"), DECIDED
        )
        await answer(play, "ada", made.id, upheld=True, reason="So.", again="others")
        return name
    return None


async def test_numbers_of_places_stay_where_the_order_does() -> None:
    old = {"A": 2, "B": 3, "C": 7}
    assert places_after(old, ["A", "B", "C"], 9) == old
    assert places_after(old, ["C", "A", "B"], 9) == {"C": 2, "A": 3, "B": 7}
    assert places_after(old, ["D", "A", "B", "C"], 9) == {"D": 2, "A": 3, "B": 7, "C": 10}
    assert places_after(old, ["A", "C"], 9) == {"A": 2, "C": 7}
