"""A sent assessment is frozen, whatever anybody tries; whoever runs the call can open it again with a reason, and the old one stays."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from facility import clock
from facility.awards.queries.bundle import bundle
from facility.awards.service.deciding import propose, take_back
from facility.awards.service.verification import verify
from facility.db import Database, Tx
from facility.evaluation.events import AssessmentReopened
from facility.evaluation.models.assessment import Assessment, ReopenedAssessment
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.assignment import take_off
from facility.evaluation.service.reopening import reopen
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.browser import Browsers, errors, marked
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once

CALL = "TAF-2021-01"
SENT = {"capacity": "14", "relevance": "60"}
WHY = "The comment on capacity is about another application."


@built_once
async def play(db: Database) -> Judging:
    """One application, which Elena has assessed."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.close()
    await made.score("elena", "A", "14", "60")
    return made


async def kept(play: Judging) -> list[Any]:
    async with play.db.reader() as connection:
        query = select(Assessment.scores, Assessment.comments, Assessment.sent_at)
        return [tuple(row) for row in await connection.execute(query)]


async def refused(play: Judging, actor: str, command: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        await play.act(actor, command, CLOSES + timedelta(days=2))
    return caught.value.kind, caught.value.codes


async def rewriting_is_refused(play: Judging, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        await play.act(None, lambda tx: tx.session.execute(text(statement)))


async def again(play: Judging, actor: str = "ada", reason: str = WHY) -> None:
    key, elena = play.applications["A"], play.people["elena"]
    await play.act(actor, lambda tx: reopen(tx, key, elena, reason), CLOSES + timedelta(days=2))


async def test_no_path_changes_what_was_sent(play: Judging, browse: Browsers) -> None:
    before = await kept(play)
    key, elena, page = play.applications["A"], play.people["elena"], f"/assessments/{play.applications['A']}"
    other = {"score-capacity": "20", "score-relevance": "80", "comment-capacity": "Better."}
    browsers = {name: await browse(play.people[name]) for name in ("elena", "erik", "ada", "omar", "root")}
    for browser in browsers.values():
        for path in ("", "/copy", "/send", "/discard"):
            answer = await browser.send_form(page + path, {} if path in ("/send", "/discard") else other)
            assert answer.status_code in (403, 404, 409), (path, answer.status_code)
    for name in ("elena", "erik", "omar", "root"):
        path = f"/evaluation/applications/{key}/assessors/{elena}/reopen"
        assert (await browsers[name].send_form(path, {"reason": WHY})).status_code in (403, 404)

    async def send(tx: Tx) -> None:
        await evaluation.send_assessment(tx, key, {"capacity": Decimal(20), "relevance": Decimal(80)}, {})

    assert await refused(play, "elena", send) == ("conflict", ("already_sent",))
    assert await refused(play, "ada", lambda tx: evaluation.assign(tx, key, elena)) == (
        "conflict",
        ("already_assigned",),
    )
    for statement in (
        "UPDATE assessment SET scores = '{}'",
        "UPDATE assessment SET sent_at = sent_at + interval '1 day'",
    ):
        await rewriting_is_refused(play, statement)
    assert await kept(play) == before
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    assert await refused(play, "ada", lambda tx: reopen(tx, key, elena, WHY)) == (
        "conflict",
        ("evaluation_ended",),
    )
    await play.decide()
    assert (await refused(play, "ada", lambda tx: reopen(tx, key, elena, WHY)))[0] == "conflict"
    assert await kept(play) == before


async def test_what_is_reopened_is_kept_counts_no_more_and_is_sent_anew(
    play: Judging, browse: Browsers
) -> None:
    before = await kept(play)
    key, elena = play.applications["A"], play.people["elena"]
    ada, ela = await browse(play.people["ada"]), await browse(elena)
    path = f"/evaluation/applications/{key}/assessors/{elena}/reopen"
    assert path in (await ada.get(f"/evaluation/{play.calls[CALL]}")).text
    bare = await ada.send_form(path, {"reason": " "})
    assert (bare.status_code, errors(bare)) == (422, ["reason"])
    assert (await ada.send_form(path, {"reason": WHY})).status_code == 303
    assert (await ada.get(path)).status_code == 409
    await deliver_all(play.db, clock.now)
    assert await kept(play) == []
    stands = await play.act("ada", lambda tx: evaluation.standing(tx, play.calls[CALL]))
    assert not stands.ready
    async with play.db.reader() as connection:
        events = [line.event for line in await history(connection, key)]
        (mail,) = (
            await connection.execute(select(Mail.__table__).where(Mail.template == "evaluation/reopened"))
        ).all()
        (old,) = (await connection.execute(select(ReopenedAssessment.__table__))).all()
    assert sum(isinstance(event, AssessmentReopened) for event in events) == 1
    assert (mail.to_address, WHY in str(mail.context), WHY in mail.subject) == (
        "elena@example.org",
        True,
        False,
    )
    assert [(old.scores, old.comments, old.sent_at)] == before
    for statement in ("UPDATE reopened_assessment SET reason = 'x'", "DELETE FROM reopened_assessment"):
        await rewriting_is_refused(play, statement)
    assert old.reason == WHY
    assert "Assess A" in (await ela.get("/")).text
    page = (await ela.get(f"/assessments/{key}")).text
    assert (WHY in page, 'value="14"' in page, path in page) == (True, True, False)
    anew = {"score-capacity": "12", "score-relevance": "60", "comment-capacity": "Now about this one."}
    assert (await ela.send_form(f"/assessments/{key}", anew)).status_code == 303
    assert (await ela.send_form(f"/assessments/{key}/send")).status_code == 303
    assert [scores for scores, _comments, _at in await kept(play)] == [{**SENT, "capacity": "12"}]
    scores = (await (await browse(play.people["greta"])).get(f"/evaluation/{play.calls[CALL]}/scores")).text
    assert WHY in marked(scores, "reopened")
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[CALL])
    assert [record["scores"]["capacity"] for record in document["assessments"]] == ["12"]
    assert verify(json.dumps(document).encode()).differences == []
    assert not {name: off for name, off in (await reconcile(play.db)).items() if off}


async def test_only_what_was_sent_by_somebody_who_has_it_is_reopened(play: Judging) -> None:
    key, elena = play.applications["A"], play.people["elena"]
    assert await refused(play, "ada", lambda tx: reopen(tx, key, elena, " ")) == (
        "invalid",
        ("reason_missing",),
    )
    assert await refused(play, "ada", lambda tx: reopen(tx, key, play.people["erik"], WHY)) == (
        "conflict",
        ("not_theirs",),
    )
    await play.declare("erik", "A")
    assert await refused(play, "ada", lambda tx: reopen(tx, key, play.people["erik"], WHY)) == (
        "conflict",
        ("not_sent",),
    )
    assert await refused(play, "elena", lambda tx: reopen(tx, key, elena, WHY)) == (
        "forbidden",
        ("assesses_here",),
    )
    await play.act(
        "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="Kin."), CLOSES
    )
    assert await refused(play, "ada", lambda tx: reopen(tx, key, elena, WHY)) == (
        "conflict",
        ("recused_already",),
    )


async def test_what_is_taken_off_and_given_again_keeps_what_was_sent(play: Judging) -> None:
    before = await kept(play)
    key, elena = play.applications["A"], play.people["elena"]
    await play.act("ada", lambda tx: take_off(tx, key, elena, "Ill."), CLOSES + timedelta(days=2))
    await play.act("ada", lambda tx: evaluation.assign(tx, key, elena), CLOSES + timedelta(days=3))
    async with play.db.reader() as connection:
        (old,) = (await connection.execute(select(ReopenedAssessment.__table__))).all()
    assert ([(old.scores, old.comments, old.sent_at)], old.reason) == (before, "")


async def test_a_proposal_that_is_taken_back_lets_it_be_reopened(play: Judging) -> None:
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    await play.act("vera", lambda tx: take_back(tx, play.calls[CALL]))
    await again(play)
    assert await kept(play) == []
    async with play.db.reader() as connection:
        typed = (await connection.execute(text("SELECT typed FROM unsaved"))).scalar_one()
    assert typed["score-capacity"] == ["14"]
