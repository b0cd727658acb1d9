"""Sub-criteria and the other rules of scoring in the form of a call."""

from typing import Any

import msgspec
from sqlalchemy import select

from facility.calls.forms.grid import preset
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft, Grid
from facility.calls.rules.scoring import Aggregate, Steps
from facility.db import Database
from tests.browser import Browsers, error_at, errors, gives_reason
from tests.calls.reading import rule
from tests.calls.test_draft_pages import form_of
from tests.cast import Cast

CRITERIA = {
    "criteria-0-section": "0",
    "criteria-0-title": "Qualified staff",
    "criteria-0-weight": "2",
    "criteria-4-section": "0",
    "criteria-4-title": "Means",
}
RULES: dict[str, Any] = {
    "reject_at": "1",
    "rejecting": ["0"],
    "commented": ["1"],
    "leavable": ["1"],
    "aggregate": "median",
    "steps": "half",
    "comment_low": "40",
    "comment_high": "100",
}


async def grid_of(db: Database) -> Grid:
    async with db.reader() as connection:
        return msgspec.convert((await connection.execute(select(Call.grid))).scalar_one(), Grid)


async def test_rules_of_scoring_are_kept_and_shown_again(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    most = {
        "sections-0-max": "15",
        "sections-0-threshold": "",
        "total": str(draft.grid.points - draft.grid.sections[0].max + 15),
    }
    sent = form_of(draft, **CRITERIA, **RULES, **most)
    answer = await ada.send_form("/staff/calls/new", sent)
    assert (answer.status_code, errors(answer)) == (303, [])
    grid = await grid_of(db)
    first, second = grid.sections[:2]
    assert [(criterion.key, criterion.title, criterion.weight) for criterion in first.criteria] == [
        ("qualified_staff", "Qualified staff", 2),
        ("means", "Means", 1),
    ]
    assert (str(first.reject_at), second.reject_at, second.needs_comment, second.may_not_apply) == (
        "1",
        None,
        True,
        True,
    )
    assert (grid.aggregate, grid.steps, grid.comment_low, grid.comment_high) == (
        Aggregate.MEDIAN,
        Steps.HALF,
        40,
        100,
    )
    again = await ada.get(f"{answer.headers['location']}/edit")
    assert 'value="Qualified staff"' in again.text
    assert rule((await ada.get(answer.headers["location"])).text, "scores-median")


async def test_a_form_that_names_none_of_them_gives_a_grid_as_ever(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    assert (await ada.send_form("/staff/calls/new", form_of(draft))).status_code == 303
    assert (await grid_of(db)).is_plain


async def test_wrong_rules_are_named_each_at_its_field(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    wrong = {
        "criteria-0-section": "9",
        "criteria-0-title": "Staff",
        "criteria-0-weight": "0",
        "criteria-1-section": "0",
        "criteria-1-weight": "3",
        "reject_at": "0.5",
        "steps": "quarter",
        "comment_low": "101",
        "leavable": ["99"],
    }
    page = await ada.send_form("/staff/calls/new", form_of(draft, **wrong))
    assert page.status_code == 422
    assert set(errors(page)) == {
        "criteria-0-section",
        "criteria-0-weight",
        "criteria-1-title",
        "reject_at",
        "rejecting",
        "steps",
        "comment_low",
        "leavable",
    }
    assert 'value="Staff"' in page.text
    sums = await ada.send_form("/staff/calls/new", form_of(draft, **CRITERIA, rejecting=["1"], reject_at="1"))
    assert errors(sums) == ["sections-0-max", "rejecting"]
    assert gives_reason(error_at(sums, "sections-0-max"), "criteria_do_not_add_up", points=15)


async def test_a_preset_has_sub_criteria_that_add_up(cast: Cast, draft: CallDraft, browse: Browsers) -> None:
    grid = preset("prag_2018_criteria")
    assert [5 * section.weight for section in grid.sections] == [section.max for section in grid.sections]
    assert (str(grid.sections[0].reject_at), grid.points) == ("1", 100)
    ada = await browse(cast.ada)
    page = await ada.send_form("/staff/calls/new", form_of(draft, do="grid:prag_2018_criteria"))
    assert page.text.count('name="criteria-') == 3 * (19 + 4)
    more = await ada.send_form("/staff/calls/new", form_of(draft, do="criteria"))
    assert more.text.count('name="criteria-') == 3 * 12
