"""Scores that are too far apart are settled by one more assessor or by a consensus, before the ranking is proposed."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from facility.awards.service.deciding import propose
from facility.awards.service.verification import verify
from facility.calls.rules.call import CallDraft
from facility.calls.rules.scoring import Aggregate, Settles
from facility.db import Database
from facility.evaluation.models.assessment import Assessment
from facility.evaluation.models.consensus import Consensus
from facility.evaluation.models.outcome import Unsettled
from facility.evaluation.rules.divergence import Settled
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.consensus import (
    answer_on_scores,
    begin_consensus,
    cancel_consensus,
    send_agreed_scores,
)
from facility.evaluation.service.declaring import declare_own_conflict
from facility.evaluation.words import SETTLED
from facility.letters.models import Letter
from tests.awards.bundles import resealed
from tests.browser import Browsers, errors, marked, says, states, work
from tests.calls.reading import rule
from tests.evaluation.agreeing import (
    AGREED,
    CALL,
    DIVERGING,
    LATER,
    WHY,
    answered,
    begun,
    document_of,
    judged,
    play,
    proposing,
    refused,
    rows,
    sent,
    sound,
    templates,
)
from tests.evaluation.test_committee import Play
from tests.judging import GRID, Judging

__all__ = ["play"]

TYPED = {
    "score-capacity": "15",
    "score-relevance": "60",
    "comment-capacity": "Sound.",
    "comment-relevance": "",
}


async def test_a_divergence_is_shown_and_holds_the_ranking_up_until_one_more_has_sent(
    play: Judging, browse: Browsers
) -> None:
    assert await proposing(play) == ("conflict", ("scores_unsettled",))
    ada = await browse(play.people["ada"])
    board = (await ada.get(f"/evaluation/{play.calls[CALL]}")).text
    assert re.findall(r"\d+", marked(board, "divergence-open")) == ["20", "15"]
    assert board.count("Scores too far apart") == 1
    assert "scores-to-settle" in work((await ada.get("/")).text)
    await play.declare("emma", "A")
    assert await proposing(play) == ("conflict", ("scores_unsettled",))
    assert "scores-to-settle" not in work((await ada.get("/")).text)  # it is Emma who acts next
    key = play.applications["A"]
    scores = {"capacity": Decimal(14), "relevance": Decimal(56)}
    await play.act("emma", lambda tx: evaluation.send_assessment(tx, key, scores, {}), LATER)
    assert await rows(play, Unsettled) == []
    board = (await ada.get(f"/evaluation/{play.calls[CALL]}")).text
    assert says(marked(board, "divergence-assessor"), SETTLED[Settled.ASSESSOR])
    await play.decide()
    document = await document_of(play)
    assert (document["version"], document["consensus"]) == (3, [])
    assert verify(json.dumps(document).encode(), document["root"]).differences == []
    for record in document["assessments"]:
        record["sent_at"] = document["assessments"][0]["sent_at"]
    mistakes = verify(json.dumps(resealed(document)).encode()).differences
    assert any("divergent" in difference[1] for difference in mistakes)
    await sound(play)


async def test_assessors_agree_on_their_pages_and_one_dissents(play: Judging, browse: Browsers) -> None:
    before = await rows(play, Assessment)
    ada, elena, erik = [await browse(play.people[name]) for name in ("ada", "elena", "erik")]
    lead = f"/evaluation/applications/{play.applications['A']}/consensus"
    page = f"/assessments/{play.applications['A']}/consensus"
    assert (await elena.get(page)).status_code == 403
    assert errors(await ada.send_form(lead, {})) == ["rapporteur"]
    assert (await ada.send_form(lead, {"rapporteur": str(play.people["emma"])})).status_code == 422
    assert (await ada.send_form(lead, {"rapporteur": str(play.people["elena"])})).status_code == 303
    assert (await ada.send_form(lead, {"rapporteur": str(play.people["elena"])})).status_code == 409
    (row,) = await rows(play, Consensus)
    seen = {"seen": str(row.id)}
    assert "agreed-scores-to-write" in work((await elena.get("/")).text)
    form = (await elena.get(page)).text
    assert ("Erik" in form, ">46<" in form, ">66<" in form) == (True, True, True)
    wrong = await elena.send_form(page, TYPED | seen | {"score-relevance": "81"})
    assert (wrong.status_code, errors(wrong), "Sound." in wrong.text) == (422, ["score-relevance"], True)
    assert (await erik.send_form(page, TYPED | seen)).status_code == 403
    assert (await erik.send_form(f"{page}/answer", seen | {"answer": "agree"})).status_code == 409
    assert (await elena.send_form(page, TYPED | seen)).status_code == 303
    assert (await elena.send_form(page, TYPED | seen)).status_code == 409
    assert "agreed-scores-to-answer-on" in work((await erik.get("/")).text)
    bare = await erik.send_form(f"{page}/answer", seen | {"answer": "dissent", "dissent": " "})
    assert (bare.status_code, errors(bare)) == (422, ["dissent"])
    dissent = seen | {"answer": "dissent", "dissent": WHY}
    assert (await erik.send_form(f"{page}/answer", dissent)).status_code == 303
    assert (await erik.send_form(f"{page}/answer", dissent)).status_code == 409
    assert await rows(play, Assessment) == before
    assert await rows(play, Unsettled) == []


async def test_what_is_agreed_counts_beside_a_dissent_and_is_read_with_it(
    play: Judging, browse: Browsers
) -> None:
    consensus_id = await begun(play)
    await sent(play, consensus_id)
    await answered(play, consensus_id, dissent=WHY)
    await play.decide(at=LATER)
    document = await document_of(play)
    assert verify(json.dumps(document).encode(), document["root"]).differences == []
    (agreed,) = document["consensus"]
    assert (agreed["scores"], sorted(answer["answer"] for answer in agreed["answers"])) == (
        {"capacity": "15", "relevance": "60"},
        ["agrees", "dissents"],
    )
    totals = {record["application"]: record["total"]["exact"] for record in document["ranking"]}
    assert totals == {"A": "75/1", "B": "69/1"}
    await changes_are_named(document)
    ada = await browse(play.people["ada"])
    lead = f"/evaluation/applications/{play.applications['A']}/consensus"
    assert WHY in (await ada.get(lead)).text
    greta = await browse(play.people["greta"])
    scores = (await greta.get(f"/evaluation/{play.calls[CALL]}/scores")).text
    assert (WHY in scores, ">46<" in scores, ">60<" in scores) == (True, True, True)
    ranking = (await ada.get(f"/evaluation/{play.calls[CALL]}/ranking")).text
    assert "Agreed scores" in ranking
    assert "mean-or-agreed" in states(ranking)
    assert (await ada.get(f"/evaluation/{play.calls[CALL]}/report.pdf")).status_code == 200
    async with play.db.reader() as connection:
        letters = (
            (await connection.execute(select(Letter.data).where(Letter.kind == "award"))).scalars().all()
        )
    assert {data["application"]: (data.get("agreed", False), data["total"]["mean"]) for data in letters} == {
        "A": (True, "75.00"),
        "B": (False, "69.00"),
    }
    await sound(play)


async def changes_are_named(document: dict[str, Any]) -> None:
    """Whatever somebody changes in a consensus, and seals anew, is named."""
    record = document["consensus"][0]
    changes = [
        (record["scores"], "capacity", "16"),
        (record["scores"], "capacity", "21"),
        (record, "rapporteur", "E-00000000"),
        (record["answers"][0], "assessor", "E-00000000"),
        (document, "consensus", []),
        (document["call"]["grid"], "divergence", 25),
        (document["call"]["grid"], "settles", "assessor"),
    ]
    for place, key, value in changes:
        missing = key not in place
        before = place.get(key)
        place[key] = value
        changed = resealed(json.loads(json.dumps(document)))
        if missing:
            del place[key]
        else:
            place[key] = before
        mistakes = verify(json.dumps(changed).encode(), document["root"]).differences
        assert len(mistakes) > (0 if key == "divergence" else 1), key


async def test_nothing_rewrites_what_was_agreed(play: Judging) -> None:
    consensus_id = await begun(play)
    await sent(play, consensus_id)
    await answered(play, consensus_id, dissent=WHY)
    for table in ("agreed_scores", "consensus_answer"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET consensus_id = consensus_id"):
            with pytest.raises(IntegrityError, match="append-only"):
                await play.act(None, lambda tx, s=statement: tx.session.execute(text(s)))  # type: ignore[misc]
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]), LATER)
    key = play.applications["A"]
    late = [
        ("ada", lambda tx: cancel_consensus(tx, key, consensus_id, "Wrong.")),
        ("elena", lambda tx: send_agreed_scores(tx, key, consensus_id, AGREED, {})),
        ("ada", lambda tx: begin_consensus(tx, key, play.people["erik"])),
    ]
    for actor, command in late:
        assert await refused(play, actor, command) == ("conflict", ("evaluation_ended",))


async def test_only_what_the_call_asks_for_settles_it(db: Database) -> None:
    play = await judged(db, replace(DIVERGING, settles=Settles.ASSESSOR))
    key = play.applications["A"]
    assert await refused(play, "ada", lambda tx: begin_consensus(tx, key, play.people["elena"])) == (
        "conflict",
        ("consensus_not_asked",),
    )


async def test_a_call_by_consensus_needs_one_for_each_application(db: Database, browse: Browsers) -> None:
    play = await judged(db, replace(GRID, min_assessments=2, aggregate=Aggregate.CONSENSUS))
    assert {row.outcome for row in await rows(play, Unsettled)} == {"to_agree"}
    public = (await (await browse(None)).get(f"/calls/{CALL}")).text
    assert rule(public, "scores-agreed")
    for name in ("A", "B"):
        key = play.applications[name]
        made = await play.act("ada", lambda tx, k=key: begin_consensus(tx, k, play.people["erik"]), LATER)  # type: ignore[misc]
        await play.act("erik", lambda tx, k=key, c=made: send_agreed_scores(tx, k, c, AGREED, {}), LATER)  # type: ignore[misc]
        await play.act("elena", lambda tx, k=key, c=made: answer_on_scores(tx, k, c, agrees=True), LATER)  # type: ignore[misc]
    await play.decide(at=LATER)
    document = await document_of(play)
    assert verify(json.dumps(document).encode(), document["root"]).differences == []
    assert {record["total"]["exact"] for record in document["ranking"]} == {"75/1"}


class Led(Play):
    """The same, in a call with a committee."""

    def draft(self, reference: str, *given: Any, **more: Any) -> CallDraft:
        return super().draft(reference, *given, **{"grid": DIVERGING} | more)


async def test_the_chair_leads_where_the_call_has_a_committee(db: Database, browse: Browsers) -> None:
    play = Led(db)
    await play.tell()
    await play.fill()
    await play.apply("A", "10000.00")
    await play.close()
    await play.score("elena", "A", "14", "66")
    await play.score("erik", "A", "14", "46")
    key = play.applications["A"]
    lead = f"/evaluation/applications/{key}/consensus"
    ada, cora = await browse(play.people["ada"]), await browse(play.people["cora"])
    assert (
        "scores-to-settle" in work((await cora.get("/")).text),
        "scores-to-settle" in work(await ada.get("/")),
    ) == (
        True,
        False,
    )
    chosen = {"rapporteur": str(play.people["elena"])}
    assert (await ada.send_form(lead, chosen)).status_code == 403
    assert (await cora.send_form(lead, chosen)).status_code == 303
    assert ("scores_unsettled", "Cora") in await templates(play)
    await play.act("cora", lambda tx: declare_own_conflict(tx, key, "Kin."), LATER)
    assert (await cora.get(lead)).status_code == 403
