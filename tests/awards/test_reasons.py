"""Strengths and weaknesses: written beside the comments before the ranking is proposed, read by those who decide and by the leads."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from facility import clock
from facility.awards.models.reasons import ReasonsVersion
from facility.awards.service.deciding import decide, propose, take_back
from facility.awards.service.reasons import write_reasons
from facility.calls.rules.after_decision import AfterDecision, after_decision_mistakes
from facility.db import Database
from facility.drafting.models import UnsavedText
from facility.evaluation.rules.pseudonyms import pseudonym
from facility.evaluation.service import assessing
from facility.events.reconcile import reconcile
from facility.letters.models import Letter
from tests.browser import Browsers, gives_reason, marked, work
from tests.calls.reading import refused
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once

GIVES = AfterDecision(gives_reasons=True)
NAMES = AfterDecision(gives_reasons=True, names_assessors=True)
COMMENT = "The methods fit the risk."


async def judged(db: Database, rules: AfterDecision) -> Judging:
    """EUR 100: A gets an award, B is below a threshold; Elena has commented on A."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=rules)
    await made.apply("A", "80.00")
    await made.apply("B", "60.00")
    await made.close()
    await made.declare("elena", "A")
    scores = {"capacity": Decimal(16), "relevance": Decimal(70)}
    key = made.applications["A"]
    await made.act(
        "elena", lambda tx: assessing.send_assessment(tx, key, scores, {"relevance": COMMENT}), CLOSES
    )
    await made.score("elena", "B", "11", "60")
    return made


@built_once
async def play(db: Database) -> Judging:
    """A call that gives reasons and names no assessors."""
    return await judged(db, GIVES)


async def write(
    play: Judging, name: str, *, seen: int = 0, by: str = "ada", strengths: str = "Good."
) -> None:
    key = play.applications[name]
    await play.act(
        by, lambda tx: write_reasons(tx, key, strengths=strengths, weaknesses="Thin.", seen=seen), DECIDED
    )


async def stated(play: Judging, name: str) -> tuple[str, Any, Any]:
    async with play.db.reader() as read:
        query = select(Letter.kind, Letter.data).where(
            Letter.application_id == play.applications[name], Letter.kind.in_(("award", "not_funded"))
        )
        row = (await read.execute(query)).one()
    return row.kind, row.data["strengths"], row.data["weaknesses"]


async def test_the_ranking_waits_for_the_reasons_and_the_letters_give_them(
    play: Judging, browse: Browsers
) -> None:
    call_id, paul = play.calls["TAF-2021-01"], await browse(play.people["paul"])
    ada = await browse(play.people["ada"])
    waiting = "applications-whose-strengths-and-weaknesses-are-to-be-written"
    assert work(await ada.get("/")).count(waiting) == 2
    assert "calls-whose-ranking-is-to-be-proposed" not in work(await ada.get("/"))
    refusal = await refused(play, "vera", lambda tx: propose(tx, call_id), DECIDED)
    assert refusal == [("reasons_missing", None)]
    assert "A, B." in marked(await ada.get(f"/evaluation/{call_id}/ranking"), "reasons-missing")
    for name in ("A", "B"):
        here = f"/evaluation/applications/{play.applications[name]}/reasons"
        page = await ada.get(here)
        assert (page.status_code, "Elena" in page.text) == (200, False)
        assert (COMMENT in page.text) == (name == "A")
        sent = {
            "by": str(play.people["ada"]),
            "seen": "0",
            "strengths": f"Good {name}.",
            "weaknesses": "Thin.",
        }
        assert (await ada.send_form(here, {**sent, "weaknesses": " "})).status_code == 422
        assert (await ada.send_form(here, sent)).status_code == 303
    assert waiting not in work(await ada.get("/"))
    await play.act("vera", lambda tx: propose(tx, call_id), clock.now())
    html = (await paul.get(f"/evaluation/{call_id}/decision")).text
    elena = pseudonym(call_id, play.people["elena"])
    assert [text in html for text in ("Good A.", "Good B.", COMMENT, elena, "Elena")] == [True] * 4 + [False]
    await play.act("paul", lambda tx: decide(tx, call_id), clock.now())
    assert await stated(play, "A") == ("award", "Good A.", "Thin.")
    assert await stated(play, "B") == ("not_funded", "Good B.", "Thin.")
    assert (await paul.get(f"/evaluation/{call_id}/report.pdf")).status_code == 200
    assert not any((await reconcile(play.db)).values())


async def test_what_was_proposed_with_the_ranking_changes_only_after_it_was_taken_back(play: Judging) -> None:
    call_id = play.calls["TAF-2021-01"]
    for name in ("A", "B"):
        await write(play, name)
    await play.act("vera", lambda tx: propose(tx, call_id))
    key = play.applications["A"]
    again = lambda tx: write_reasons(tx, key, strengths="Better.", weaknesses="None.", seen=1)  # noqa: E731
    assert await refused(play, "ada", again, DECIDED) == [("reasons_settled", None)]
    await play.act("vera", lambda tx: take_back(tx, call_id))
    await play.act("ada", again)
    await play.act("vera", lambda tx: propose(tx, call_id))
    await play.act("paul", lambda tx: decide(tx, call_id))
    assert await stated(play, "A") == ("award", "Better.", "None.")


async def test_two_who_write_at_once_see_each_others_text(play: Judging, browse: Browsers) -> None:
    ada, key = await browse(play.people["ada"]), play.applications["A"]
    here = f"/evaluation/applications/{key}/reasons"
    mine = {"by": str(play.people["ada"]), "seen": "0", "strengths": "Mine.", "weaknesses": "Mine too."}
    kept = await ada.send_form(f"{here}/copy", mine, headers={"x-autosave": "1"})
    assert kept.status_code == 204
    await write(play, "A", by="vera", strengths="Vera's.")
    page = await ada.get(here)
    assert ("Mine." in page.text, "Not saved yet" in page.text) == (True, True)
    stale = await ada.send_form(here, mine)
    assert (stale.status_code, "Vera&#39;s." in stale.text, 'value="1"' in stale.text) == (409, True, True)
    assert (await ada.send_form(here, {**mine, "seen": "1"})).status_code == 303
    async with play.db.reader() as read:
        query = select(ReasonsVersion.strengths).order_by(ReasonsVersion.version)
        assert (await read.execute(query)).scalars().all() == ["Vera's.", "Mine."]
        assert (await read.execute(select(func.count()).select_from(UnsavedText))).scalar_one() == 0


async def test_the_call_says_whether_assessors_are_named(db: Database, browse: Browsers) -> None:
    play = await judged(db, NAMES)
    for name in ("A", "B"):
        await write(play, name)
    call_id = play.calls["TAF-2021-01"]
    await play.act("vera", lambda tx: propose(tx, call_id))
    page = (await (await browse(play.people["paul"])).get(f"/evaluation/{call_id}/decision")).text
    assert ("Elena Rossi" in page, COMMENT in page) == (True, True)
    watching = (await (await browse(play.people["carl"])).get(f"/evaluation/{call_id}/decision")).text
    assert ("Good." in watching, COMMENT in watching) == (True, False)


async def test_a_call_that_gives_no_reasons_asks_for_none(db: Database, browse: Browsers) -> None:
    play = await judged(db, AfterDecision())
    call_id, ada = play.calls["TAF-2021-01"], await browse(play.people["ada"])
    here = f"/evaluation/applications/{play.applications['A']}/reasons"
    none = await ada.get(here)
    assert (none.status_code, gives_reason(none, "reasons_not_asked")) == (409, True)
    assert await refused(
        play,
        "ada",
        lambda tx: write_reasons(tx, play.applications["A"], strengths="G.", weaknesses="T.", seen=0),
        DECIDED,
    ) == [("reasons_not_asked", None)]
    await play.decide()
    page = (await (await browse(play.people["paul"])).get(f"/evaluation/{call_id}/decision")).text
    assert COMMENT not in page
    assert await stated(play, "A") == ("award", "", "")


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [(GIVES, []), (NAMES, []), (AfterDecision(names_assessors=True), ["reasons_not_given"])],
)
def test_assessors_are_named_only_where_reasons_are_given(rules: AfterDecision, wrong: list[str]) -> None:
    assert [reason.code for reason in after_decision_mistakes(rules)] == wrong
