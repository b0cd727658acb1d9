"""Rehearsing a call from its draft: the rules of the draft, the applications of the past, and what does not go over."""

from decimal import Decimal

import msgspec

from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft, Grid
from facility.calls.rules.scoring import Section
from facility.calls.service.cloning import clone_call
from facility.calls.service.reading import draft_of
from facility.db import Database
from facility.rehearsal.service.from_call import scenario_from
from facility.rehearsal.service.past import past_source
from facility.rehearsal.service.play import rehearse
from tests.browser import Browsers
from tests.judging import CLOSES, DECIDED, Judging, judging
from tests.prepared import built_once


@built_once
async def past(db: Database) -> Judging:
    """A decided call with two applications, the second of them better."""
    play = await judging(db)
    await play.apply("one", "30000.00", received_at=CLOSES)
    await play.apply("two", "60000.00", received_at=CLOSES)
    await play.close()
    await play.score("elena", "one", "14", "60")
    await play.score("elena", "two", "16", "70")
    await play.score("erik", "two", "18", "72")
    await play.decide()
    return play


async def drafted(play: Judging, **fields: object) -> CallDraft:
    call = await play.row(Call, play.calls["TAF-2021-01"])
    return msgspec.structs.replace(draft_of(call), **fields)


async def test_the_same_rules_give_the_ranking_of_then(past: Judging, db: Database) -> None:
    draft = await drafted(past)
    async with db.reader() as connection:
        source = await past_source(connection, past.calls["TAF-2021-01"], None)
    mapped = scenario_from(draft, source)
    assert mapped.scenario is not None
    result = await rehearse(db.url, mapped.scenario)
    assert (mapped.notes, result["ranking"]) == ([], ["two", "one"])
    assert {key: outcome["status"] for key, outcome in result["applications"].items()} == {
        "one": "reserve",
        "two": "awarded",
    }
    assert result["applications"]["two"]["sections"] == {"capacity": "17.00", "relevance": "71.00"}


async def test_what_does_not_go_over_is_said_and_not_made_up(past: Judging, db: Database) -> None:
    grid = Grid(
        sections=(Section("relevance", "Relevance", 40), Section("design", "Design", 60)),
        thresholds={"relevance": Decimal(36), "design": Decimal(30), "total": Decimal(60)},
        min_assessments=1,
        tie_break=("design", "relevance", "received_at"),
        total=100,
    )
    async with db.reader() as connection:
        source = await past_source(connection, past.calls["TAF-2021-01"], None)
    mapped = scenario_from(await drafted(past, grid=grid), source)
    assert mapped.scenario is not None
    assert mapped.scenario.call.grid.thresholds == {"relevance": Decimal(36)}
    assert mapped.scenario.call.grid.tie_break == ("relevance", "received_at")
    assert [note.rpartition(": ")[2] for note in mapped.notes] == [
        "Design.",
        "Financial and operational capacity.",
        "Relevance.",
    ]
    result = await rehearse(db.url, mapped.scenario)
    assert result["applications"]["two"]["total"] == "35.50"  # 71 of 80, as 40
    assert {outcome["status"] for outcome in result["applications"].values()} == {"below_threshold"}


async def test_the_page_plays_a_decided_call_or_an_example(past: Judging, browse: Browsers) -> None:
    made = await past.act(
        "ada",
        lambda tx: clone_call(tx, past.calls["TAF-2021-01"], reference="TAF-2022-01", opens_at=DECIDED),
    )
    ada, omar = await browse(past.people["ada"]), await browse(past.people["omar"])
    path = f"/rehearsal/calls/{made.id}"
    page = await ada.get(path)
    assert "TAF-2021-01: Joint initiatives, decided" in page.text
    assert (await omar.get(path)).status_code == 403
    played = await ada.send_form(path, {"source": str(past.calls["TAF-2021-01"])})
    assert (played.status_code, "Ranking at the decision" in played.text) == (200, True)
    assert "Joint work two" in played.text
    nothing = await ada.send_form(path, {"source": "no-such"})
    assert (nothing.status_code, 'href="#f-source"' in nothing.text) == (422, True)
