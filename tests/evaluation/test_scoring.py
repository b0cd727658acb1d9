"""A call with sub-criteria, medians, comments and what may not apply: scored, ranked, decided, verified, and told."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from facility.awards.models.decision import RankingEntry
from facility.awards.queries.bundle import bundle
from facility.awards.service.deciding import propose
from facility.awards.service.verification import verify
from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Aggregate, Criterion, Section, Steps
from facility.calls.words import judging
from facility.db import Database
from facility.evaluation.forms.assessing import REACHES, WEIGHS
from facility.evaluation.service import assessing as evaluation
from facility.events.reconcile import reconcile
from facility.letters.models import Letter
from facility.refused import Refused
from tests.awards.bundles import leaves, replaced, resealed
from tests.browser import Browser, Browsers, errors, gives_reason, says, states
from tests.calls.reading import rule
from tests.judging import CLOSES, Judging
from tests.prepared import built_once

CALL = "TAF-2021-01"
GRID = Grid(
    sections=(
        Section(
            "capacity",
            "Capacity",
            20,
            criteria=(
                Criterion("staff", "Qualified staff"),
                Criterion("skills", "Technical skills"),
                Criterion("money", "Stable finance", 2),
            ),
            reject_at=Decimal(1),
        ),
        Section("relevance", "Relevance", 80, needs_comment=True, may_not_apply=True),
    ),
    thresholds={"total": Decimal(50)},
    min_assessments=1,
    tie_break=("relevance", "received_at"),
    aggregate=Aggregate.MEDIAN,
    steps=Steps.WHOLE,
    comment_low=40,
    comment_high=100,
)
KEYS = ("capacity.staff", "capacity.skills", "capacity.money", "relevance")


@built_once
async def play(db: Database) -> Judging:
    """Two applications under assessment, by sub-criteria; A was given to Elena, who has declared."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="80000.00")
    await made.call(grid=GRID)
    for name in ("A", "B"):
        await made.apply(name, "10000.00")
    await made.close()
    await made.declare("elena", "A")
    return made


async def score(play: Judging, assessor: str, name: str, *given: int | None) -> None:
    if (assessor, name) != ("elena", "A"):
        await play.declare(assessor, name)
    scores = {
        key: None if points is None else Decimal(points) for key, points in zip(KEYS, given, strict=True)
    }
    comments = {"capacity": "Few people.", "relevance": "Sound."}
    key = play.applications[name]
    await play.act(assessor, lambda tx: evaluation.send_assessment(tx, key, scores, comments), CLOSES)


@pytest.fixture
async def elena(play: Judging, browse: Browsers) -> Browser:
    return await browse(play.people["elena"])


def page_of(play: Judging, rest: str = "") -> str:
    return f"/assessments/{play.applications['A']}{rest}"


def typed(**more: str) -> dict[str, str]:
    given = {f"score-{key}": value for key, value in zip(KEYS, ("4", "3", "5", "60"), strict=True)}
    return given | {"comment-capacity": "Few people.", "comment-relevance": "Sound."} | more


async def test_sub_criteria_are_chosen_and_their_points_are_shown_without_a_script(
    play: Judging, elena: Browser
) -> None:
    empty = (await elena.get(page_of(play))).text
    assert len(re.findall(r'type="radio"[^>]*name="score-capacity.staff"', empty)) == 5
    assert says(empty, WEIGHS, weight=2)
    assert says(empty, REACHES[Aggregate.MEDIAN], least=50)
    part = typed() | {"score-capacity.money": "", "score-relevance": "", "then": "later"}
    await elena.send_form(page_of(play), part)
    page = (await elena.get(page_of(play))).text
    assert "<output data-reached>7</output> of 20" in page
    assert "<output data-total>7</output> of 100" in page
    assert page.count(" checked") == 2


async def test_every_wrong_field_is_named_at_once_and_the_text_is_kept(play: Judging, elena: Browser) -> None:
    wrong = {
        "score-capacity.staff": "6",
        "score-capacity.skills": "",
        "score-capacity.money": "NaN",
        "score-relevance": "60.125",
        "score-capacity": "20",
        "comment-style": "Fine.",
        "comment-relevance": "",
        "comment-capacity": "Kept.",
    }
    answer = await elena.send_form(page_of(play), wrong)
    assert answer.status_code == 422
    assert errors(answer) == [
        "score-capacity.staff",
        "score-capacity.skills",
        "score-capacity.money",
        "score-relevance",
        "comment-relevance",
        "score-capacity",
        "comment-style",
    ]
    assert gives_reason(answer, "unknown_section")
    assert ("Kept." in answer.text, 'value="60.125"' in answer.text) == (True, True)
    half = await elena.send_form(page_of(play), typed(**{"score-relevance": "60,5"}))
    assert errors(half) == ["score-relevance"]


async def test_a_comment_is_asked_for_on_extremes_and_where_the_call_says(
    play: Judging, elena: Browser
) -> None:
    bare = await elena.send_form(page_of(play), typed(**{"comment-capacity": " ", "comment-relevance": ""}))
    assert errors(bare) == ["comment-relevance", "comment-capacity"]
    assert gives_reason(bare, "comment_on_extreme", titles="Stable finance")
    fair = typed(**{"score-capacity.money": "4", "comment-capacity": ""})
    assert (await elena.send_form(page_of(play), fair)).status_code == 303
    key = play.applications["A"]
    with pytest.raises(Refused) as caught:
        await play.act(
            "elena",
            lambda tx: evaluation.send_assessment(
                tx, key, dict(zip(KEYS, map(Decimal, (5, 5, 5, 80)), strict=True)), {}
            ),
            CLOSES,
        )
    assert caught.value.codes == ("comment_on_extreme", "comment_missing")


async def test_not_applicable_is_said_by_a_box_and_not_beside_a_score(play: Judging, elena: Browser) -> None:
    both = await elena.send_form(page_of(play), typed(**{"na-relevance": "yes"}))
    assert errors(both) == ["score-relevance"]
    neither = await elena.send_form(page_of(play), typed(**{"score-relevance": ""}))
    assert errors(neither) == ["score-relevance"]
    forbidden = await elena.send_form(page_of(play), typed(**{"score-capacity.staff": "na"}))
    assert errors(forbidden) == ["score-capacity.staff"]
    left_out = typed(**{"score-relevance": "", "na-relevance": "yes"})
    assert (await elena.send_form(page_of(play), left_out)).status_code == 303
    check = (await elena.get(page_of(play, "/check"))).text
    assert "Not applicable" in check
    assert "85" in check  # 17 of 20, raised to 100
    assert (await elena.send_form(page_of(play, "/send"))).status_code == 303
    sent = (await elena.get(page_of(play))).text
    assert ("Not applicable" in sent, "Few people." in sent) == (True, True)


async def judged(play: Judging) -> None:
    await score(play, "elena", "A", 4, 3, 5, 60)
    await score(play, "erik", "A", 4, 4, 2, 70)
    await score(play, "emma", "A", 2, 3, 4, None)
    for assessor, staff in (("elena", 1), ("erik", 1), ("emma", 2)):
        await score(play, assessor, "B", staff, 5, 5, 80)


async def test_the_decision_goes_by_what_counts_and_says_so(play: Judging, browse: Browsers) -> None:
    await judged(play)
    await play.decide()
    assert await play.statuses() == {"A": "awarded", "B": "below_threshold"}
    entry = await play.row(RankingEntry, (play.calls[CALL], play.applications["A"]))
    assert entry.counted == {
        "capacity": "15",
        "relevance": "65",
        "total": "80",
        "capacity.staff": "4",
        "capacity.skills": "3",
        "capacity.money": "4",
    }
    assert (await reconcile(play.db))["awards: rankings and assessments"] == []
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[CALL])
        letters = [
            letter.data
            for letter in await connection.execute(select(Letter.data).where(Letter.kind == "not_funded"))
        ]
    assert document["version"] == 2
    assert verify(json.dumps(document).encode(), document["root"]).differences == []
    (data,) = letters
    assert [section["title"] for section in data["sections"]] == [
        "Capacity",
        "Qualified staff",
        "Technical skills",
        "Stable finance",
        "Relevance",
    ]
    assert (data["aggregate"], data["sections"][1]["rejects"], data["sections"][1]["missed"]) == (
        "median",
        "1",
        True,
    )
    ada, greta = await browse(play.people["ada"]), await browse(play.people["greta"])
    ranking = (await ada.get(f"/evaluation/{play.calls[CALL]}/ranking")).text
    assert "median" in states(ranking)
    assert "1 or less: Qualified staff" in ranking
    report = await ada.get(f"/evaluation/{play.calls[CALL]}/report.pdf")
    assert report.status_code == 200
    rows = (await ada.get(f"/evaluation/{play.calls[CALL]}/assessments.csv")).text
    assert "n/a" in rows
    scores = (await greta.get(f"/evaluation/{play.calls[CALL]}/scores")).text
    assert ("Stable finance" in scores, "n/a" in scores) == (True, True)


async def test_the_call_tells_its_rules_to_everybody(play: Judging, browse: Browsers) -> None:
    page = (await (await browse(None)).get(f"/calls/{CALL}")).text
    assert rule(page, "scores-median")
    assert "Qualified staff" in page
    assert says(page, judging.WHOLE)
    assert says(page, judging.REJECTS, score=1)
    assert says(page, judging.NEEDS_COMMENT, titles="Relevance")
    assert says(page, judging.COMMENT_LOW, share=40)
    assert says(page, judging.MAY_NOT_APPLY, titles="Relevance")


async def test_any_rule_of_scoring_that_is_changed_is_named(play: Judging) -> None:
    await judged(play)
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[CALL])
    grid = document["call"]["grid"]
    changes: list[tuple[dict[str, Any], str, Any]] = [
        (grid, "aggregate", "mean"),
        (grid["sections"][0]["criteria"][2], "weight", 3),
        (grid["sections"][0], "reject_at", "4"),
        (grid["sections"][1], "may_not_apply", False),
        (grid, "steps", "half"),
        (grid, "comment_low", 20),
    ]
    for place, key, value in changes:
        before, place[key] = place[key], value
        changed = json.loads(json.dumps(document))
        place[key] = before
        assert verify(json.dumps(resealed(changed)).encode(), document["root"]).differences != []
        if key not in ("steps", "comment_low"):
            assert verify(json.dumps(resealed(changed)).encode()).differences != [], key
    for path, value in list(leaves(document))[::4]:
        other = (not value) if isinstance(value, bool) else f"{value}1" if isinstance(value, str) else 7
        assert verify(json.dumps(replaced(document, path, other)).encode()).differences != [], path
    assert verify(json.dumps(document | {"version": 1}).encode()).differences[0][0] in ("version", "root")
