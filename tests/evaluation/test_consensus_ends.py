"""How a consensus ends: by a conflict, by what is reopened, by who leads it, closed or given up."""

from datetime import timedelta
from decimal import Decimal

from facility.awards.service.deciding import propose
from facility.evaluation.models.consensus import Consensus
from facility.evaluation.models.outcome import Unsettled
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.assignment import take_off
from facility.evaluation.service.consensus import (
    answer_on_scores,
    begin_consensus,
    close_consensus,
)
from facility.evaluation.service.reopening import reopen
from tests.browser import Browsers, errors, states
from tests.evaluation.agreeing import (
    CALL,
    LATER,
    answered,
    begun,
    document_of,
    play,
    proposing,
    refused,
    rows,
    sent,
    sound,
    templates,
)
from tests.judging import Judging

__all__ = ["play"]


async def test_a_late_conflict_ends_it_and_somebody_else_is_appointed(
    play: Judging, browse: Browsers
) -> None:
    await play.declare("emma", "A")
    key = play.applications["A"]
    assert await refused(play, "ada", lambda tx: begin_consensus(tx, key, play.people["elena"])) == (
        "conflict",
        ("assessments_unsent",),
    )
    await play.act("ada", lambda tx: take_off(tx, key, play.people["emma"], "Ill."), LATER)
    consensus_id = await begun(play)
    await sent(play, consensus_id)
    assert await refused(play, "ada", lambda tx: evaluation.assign(tx, key, play.people["emma"])) == (
        "conflict",
        ("consensus_running",),
    )
    await play.act(
        "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="Kin."), LATER
    )
    (row,) = await rows(play, Consensus)
    assert (row.ended_at, row.end_reason) == (LATER, "")
    assert await refused(play, "erik", lambda tx: answer_on_scores(tx, key, consensus_id, agrees=True)) == (
        "conflict",
        ("consensus_over",),
    )
    page = f"/assessments/{key}/consensus"
    assert (await (await browse(play.people["elena"])).get(page)).status_code == 403
    erik = (await (await browse(play.people["erik"])).get(page)).text
    assert ("consensus-ended" in states(erik), ">46<" in erik) == (True, False)
    assert await templates(play) == [
        ("agreed_scores", "Erik"),
        ("consensus", "Elena"),
        ("consensus", "Erik"),
        ("consensus_ended", "Ada"),
        ("consensus_ended", "Erik"),
        ("consensus_ended", "Vera"),
        ("scores_unsettled", "Ada"),
        ("scores_unsettled", "Vera"),
    ]


async def test_what_was_reopened_ends_a_consensus_that_was_closed(play: Judging) -> None:
    consensus_id = await begun(play)
    await sent(play, consensus_id)
    await answered(play, consensus_id)
    assert await rows(play, Unsettled) == []
    key = play.applications["A"]
    await play.act("ada", lambda tx: reopen(tx, key, play.people["erik"], "Wrong application."), LATER)
    assert await proposing(play) == ("conflict", ("evaluation_open",))
    scores = {"capacity": Decimal(14), "relevance": Decimal(45)}
    at = LATER + timedelta(hours=1)
    await play.act("erik", lambda tx: evaluation.send_assessment(tx, key, scores, {}), at)
    assert await proposing(play) == ("conflict", ("scores_unsettled",))
    again = await begun(play, rapporteur="erik")
    assert again != consensus_id


async def test_whoever_leads_closes_it_with_a_reason_or_ends_it(play: Judging, browse: Browsers) -> None:
    consensus_id = await begun(play)
    key = play.applications["A"]
    assert await refused(play, "ada", lambda tx: close_consensus(tx, key, consensus_id, "Late.")) == (
        "conflict",
        ("agreed_scores_missing",),
    )
    await sent(play, consensus_id)
    ada = await browse(play.people["ada"])
    lead = f"/evaluation/applications/{key}/consensus"
    bare = await ada.send_form(f"{lead}/close", {"seen": str(consensus_id), "reason": ""})
    assert (bare.status_code, errors(bare)) == (422, ["reason"])
    for name in ("paul", "elena", "greta"):
        other = await browse(play.people[name])
        form = {"seen": str(consensus_id), "reason": "Late."}
        assert (await other.send_form(f"{lead}/close", form)).status_code == 403
    form = {"seen": str(consensus_id), "reason": "Erik is ill."}
    assert (await ada.send_form(f"{lead}/close", form)).status_code == 303
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]), LATER)
    (agreed,) = (await document_of(play))["consensus"]
    assert {answer["answer"] for answer in agreed["answers"]} == {"agrees", None}
    await sound(play)


async def test_ended_by_hand_it_counts_no_more(play: Judging, browse: Browsers) -> None:
    consensus_id = await begun(play)
    await sent(play, consensus_id)
    await answered(play, consensus_id)
    ada = await browse(play.people["ada"])
    end = f"/evaluation/applications/{play.applications['A']}/consensus/end"
    assert errors(await ada.send_form(end, {"seen": str(consensus_id), "why": " "})) == ["why"]
    assert (await ada.send_form(end, {"seen": str(consensus_id), "why": "Wrong file."})).status_code == 303
    assert (await ada.send_form(end, {"seen": str(consensus_id), "why": "Wrong file."})).status_code == 409
    assert await proposing(play) == ("conflict", ("scores_unsettled",))
    await sound(play)
