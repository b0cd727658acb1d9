"""A later version of a decided ranking: an upheld complaint has an application assessed and ranked again. Awards stay, money is never
overspent, those whose result changes get a letter, and each version can be verified."""

import asyncio
import copy
import itertools
import random
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text

from facility import clock
from facility.awards.models.complaint import Complaint
from facility.awards.models.decision import ReserveEntry
from facility.awards.queries.later_version import kept_document
from facility.awards.queries.report import report
from facility.awards.queries.versions import versions
from facility.awards.rules.bundle import digest_of, root_of
from facility.awards.rules.later_version import places_after
from facility.awards.service import later_version
from facility.awards.service.complaints import register_complaint
from facility.awards.service.deciding import decide, propose
from facility.awards.service.verification import verify
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.reopening import reopen
from facility.letters.models import Letter
from facility.refused import Refused
from facility.settings import Settings
from tests.awards.bundles import encoded, leaves, replaced
from tests.awards.test_complaints import answer, cannot, clean, complain, judged, paper
from tests.awards.test_verification import other_than
from tests.browser import Browsers, errors, marked, work
from tests.calls.reading import refused
from tests.evaluation.test_committee import Play
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

CALL = "TAF-2021-01"
LATER = DECIDED + timedelta(days=40)


@built_once
async def play(db: Database) -> Judging:
    """As tests.awards.test_complaints.judged: A has EUR 80 of 100, B waits for 60, C with 10 is below a threshold."""
    return await judged(db, AfterDecision(complaint_days=14, answer_days=30))


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree; C complains."""
    made = await judged(db, AfterDecision(complaint_days=14, answer_days=30), clock.now())
    await complain(made, "C", "not_funded", clock.now())
    return made


async def upheld(play: Judging, name: str, again: str = "others") -> None:
    kind = "reserve" if (await play.statuses())[name] == "reserve" else "not_funded"
    made = await complain(play, name, kind)
    await answer(play, "ada", made.id, upheld=True, reason="It was misread.", again=again)


async def assessed(play: Judging, name: str, relevance: str, who: str = "erik", at: Any = DECIDED) -> None:
    """By somebody who had not assessed it before."""
    key = play.applications[name]
    await play.act("vera", lambda tx: evaluation.assign(tx, key, play.people[who]), at)
    await play.act(who, lambda tx: evaluation.sign_declaration(tx, play.calls[CALL]), at)
    await play.act(who, lambda tx: evaluation.declare_conflict(tx, key, conflict=False), at)
    await sent(play, name, relevance, who, at)


async def sent(play: Judging, name: str, relevance: str, who: str, at: Any = DECIDED) -> None:
    scores = {"capacity": Decimal(16), "relevance": Decimal(relevance)}
    await play.act(who, lambda tx: evaluation.send_assessment(tx, play.applications[name], scores, {}), at)


async def decided(play: Judging, at: Any = DECIDED) -> None:
    """Proposed by Vera, decided by Paul."""
    call = play.calls[CALL]
    await play.act("vera", lambda tx: later_version.propose_version(tx, call), at)
    await play.act("paul", lambda tx: later_version.decide_version(tx, call), at)


async def letters(db: Database, play: Judging) -> list[tuple[str, str]]:
    """Of later versions: to which application, of which kind; by when they were written."""
    names = {key: name for name, key in play.applications.items()}
    async with db.reader() as read:
        query = select(Letter.application_id, Letter.kind).where(Letter.data["version"].astext != "null")
        return sorted((names[row.application_id], row.kind) for row in await read.execute(query))


async def places(db: Database, play: Judging) -> dict[str, tuple[int, str]]:
    names = {key: name for name, key in play.applications.items()}
    async with db.reader() as read:
        rows = await read.execute(select(ReserveEntry.application_id, ReserveEntry.place, ReserveEntry.state))
        return {names[row.application_id]: (row.place, row.state) for row in rows}


async def roots(db: Database, play: Judging) -> list[str]:
    """Of all versions, each of which the command finds nothing wrong with."""
    async with db.reader() as read:
        numbers = [version.version for version in (await versions(read, play.calls[CALL])).decided]
        documents = [await kept_document(read, play.calls[CALL], number) for number in numbers]
    verdicts = [verify(document) for document in documents if document]
    assert [[str(wrong) for wrong in verdict.differences] for verdict in verdicts] == [[]] * len(numbers)
    return [verdict.root for verdict in verdicts if verdict.root]


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


class Seated(Play):
    """A call with a committee that takes complaints."""

    async def call(self, reference: str = CALL, **more: Any) -> UUID:
        rules = AfterDecision(complaint_days=14, answer_days=30)
        return await super().call(reference, amount="100.00", after_decision=rules, **more)


async def test_members_sign_each_version_and_whoever_is_recused_reads_no_ranks(
    db: Database, browse: Browsers
) -> None:
    play = Seated(db)
    await play.tell()
    await play.fill()
    for name, amount in (("A", "80.00"), ("B", "60.00")):
        await play.apply(name, amount)
    await play.close()
    for name, points in (("A", "70"), ("B", "60")):
        await play.score("elena", name, "16", points)
    await play.declare("erik", "A", conflict=True)
    await play.act("vera", lambda tx: propose(tx, play.id), DECIDED)
    await play.sign("elena", "erik", "emma")
    await play.act("paul", lambda tx: decide(tx, play.id), DECIDED)
    await upheld(play, "B", "correction")
    elena = play.people["elena"]
    await play.act("vera", lambda tx: reopen(tx, play.applications["B"], elena, "A sum."), DECIDED)
    await sent(play, "B", "75", "elena")
    await play.act("vera", lambda tx: later_version.propose_version(tx, play.id), LATER)
    assert await refused(play, "paul", lambda tx: later_version.decide_version(tx, play.id), LATER) == [
        ("report_unsigned", None)
    ]
    async with db.reader() as read:
        own = (await report(read, play.id, play.people["erik"])).sheet
    assert (own["whole"], own["number"], len(own["ranking"])) == (False, 2, 1)
    page = await (await browse(elena)).get(f"/evaluation/{play.id}/report")
    assert re.findall(r"\d+", marked(page, "later-version")) == ["2"]
    assert "evaluation-reports-of-new-versions-to-sign" in work(await (await browse(elena)).get("/"))
    await play.sign("elena", "erik", "emma")
    await play.act("paul", lambda tx: later_version.decide_version(tx, play.id), LATER)
    async with db.reader() as read:
        signed = [await report(read, play.id, elena, number) for number in (1, 2)]
    digests = [{member.digest for member in view.members if member.current} for view in signed]
    assert [len(of_version) for of_version in digests] == [2, 2]
    assert digests[0].isdisjoint(digests[1])
    await clean(db)


async def test_numbers_of_places_stay_where_the_order_does() -> None:
    old = {"A": 2, "B": 3, "C": 7}
    assert places_after(old, ["A", "B", "C"], 9) == old
    assert places_after(old, ["C", "A", "B"], 9) == {"C": 2, "A": 3, "B": 7}
    assert places_after(old, ["D", "A", "B", "C"], 9) == {"D": 2, "A": 3, "B": 7, "C": 10}
    assert places_after(old, ["A", "C"], 9) == {"A": 2, "C": 7}


async def test_the_pages(today: Judging, browse: Browsers) -> None:
    call = today.calls[CALL]
    ada, vera, paul, omar = [await browse(today.people[name]) for name in ("ada", "vera", "paul", "omar")]
    assert (await vera.get(f"/evaluation/{call}/again")).headers["location"] == f"/evaluation/{call}/ranking"
    async with today.db.reader() as read:
        complaint = (await read.execute(select(Complaint.id))).scalar_one()
    decides = f"/complaints/{complaint}/decide"
    wrong = await ada.send_form(decides, {"outcome": "others", "reason": ""})
    assert (wrong.status_code, len(errors(wrong))) == (422, 1)
    assert (await ada.send_form(decides, {"outcome": "others", "reason": "Misread."})).status_code == 303
    page = await vera.get(f"/evaluation/{call}/again")
    assert "C1" in page.text
    assert "Being assessed" in page.text
    await assessed(today, "C", "75", at=clock.now())
    page = await vera.get(f"/evaluation/{call}/again")
    assert "Award at once" in page.text
    assert "new-versions-of-rankings-to-propose" in work(await vera.get("/"))
    page = await vera.send_form(f"/evaluation/{call}/again/propose", {})
    assert page.status_code < 400
    await vera.send_form(f"/evaluation/{call}/again/propose", {})
    async with today.db.reader() as read:
        once = "SELECT count(*) FROM event WHERE kind = 'VersionProposed'"
        assert (await read.execute(text(once))).scalar_one() == 1, "the same is not proposed twice"
    page = await paul.send_form(f"/evaluation/{call}/again/send-back", {"reason": ""})
    assert page.status_code == 422
    assert errors(page)
    page = await paul.send_form(f"/evaluation/{call}/again/decide", {"seen": "0" * 32})
    assert page.status_code == 409
    seen = re.findall(r'name="seen" value="(\w+)"', (await paul.get(f"/evaluation/{call}/again")).text)
    page = await paul.send_form(f"/evaluation/{call}/again/decide", {"seen": seen[0]})
    assert page.status_code < 400
    for path in ("ranking", "versions/1", "versions/2"):
        page = await paul.get(f"/evaluation/{call}/{path}")
        assert "Version 1" in page.text
        assert ("TAF-2021-01/C1" in marked(page, "later-version")) is (path != "versions/1")
    for number in (1, 2):
        exported = await paul.get(f"/evaluation/{call}/versions/{number}/bundle.json")
        assert verify(exported.content).differences == []
        assert (await paul.get(f"/evaluation/{call}/versions/{number}/report.pdf")).content[:4] == b"%PDF"
    assert (await paul.get(f"/evaluation/{call}/versions/3")).status_code == 404
    assert (await omar.get(f"/evaluation/{call}/again")).status_code in (403, 404)
