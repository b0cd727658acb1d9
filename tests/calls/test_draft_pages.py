"""The form of a call and its publication: what is saved, what is refused, and who publishes."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.forms.draft import shown_draft
from facility.calls.models.call import Call
from facility.calls.pages.drafts import LEFT_OUT
from facility.calls.rules.call import CallDraft
from facility.calls.words.calls import TYPED_MEANWHILE
from facility.db import Database
from tests.browser import Browsers, error_at, errors, gives_reason, says
from tests.calls.conftest import store
from tests.calls.reading import figures, rule
from tests.cast import Cast


async def state(db: Database, call_id: UUID) -> str:
    async with db.reader() as connection:
        return (await connection.execute(select(Call.state).where(Call.id == call_id))).scalar_one()


def form_of(draft: CallDraft, **changes: Any) -> dict[str, Any]:
    """What the form sends for this draft, which opens tomorrow where its own opening has passed."""
    if draft.opens_at < clock.now():
        draft = msgspec.structs.replace(draft, opens_at=draft.opens_at + timedelta(days=2))
    sent: dict[str, Any] = {name: value for name, value in shown_draft(draft).items() if value}
    return {**sent, "do": "save", **changes}


async def test_a_draft_is_saved_as_it_was_typed(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = form_of(draft, amount="100 000,00", reference="taf-2026-01")
    answer = await ada.send_form("/staff/calls/new", sent)
    async with db.reader() as connection:
        call_id, closes_at, drafted_by = (
            await connection.execute(select(Call.id, Call.closes_at, Call.drafted_by))
        ).one()
    page = await ada.get(f"/staff/calls/{call_id}/edit")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/calls/{call_id}")
    assert (closes_at, drafted_by) == (draft.closes_at, cast.ada)
    assert 'value="100000.00"' in page.text


async def test_rules_that_spread_awards_are_kept_and_told(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = form_of(draft, same_lead_calls="2", per_beneficiary_most="1")
    assert (await ada.send_form("/staff/calls/new", sent)).status_code == 303
    async with db.reader() as connection:
        call_id, cool_down = (await connection.execute(select(Call.id, Call.cool_down))).one()
    page = (await ada.get(f"/staff/calls/{call_id}")).text
    assert cool_down == {"same_lead_calls": 2, "per_beneficiary_most": 1}
    assert (figures(page, "no-second-award"), figures(page, "awards-per-beneficiary")) == ([2], [1])


async def test_what_follows_the_decision_is_kept_and_told(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    after = {"accept_days": "14", "reserve_days": "365", "complaint_days": "30", "answer_days": "60"}
    sent = form_of(draft, suspends_signing="yes", **after)
    wrong = await ada.send_form("/staff/calls/new", {**sent, "answer_days": "", "accept_days": "91"})
    assert (wrong.status_code, errors(wrong)) == (422, ["accept_days", "answer_days"])
    assert 'name="suspends_signing" value="yes" checked' in wrong.text
    assert gives_reason(wrong, "answer_days_missing")
    assert (await ada.send_form("/staff/calls/new", sent)).status_code == 303
    async with db.reader() as connection:
        call_id, kept = (await connection.execute(select(Call.id, Call.after_decision))).one()
    assert kept == {name: int(days) for name, days in after.items()} | {"suspends_signing": True}
    page = (await ada.get(f"/staff/calls/{call_id}")).text
    assert figures(page, "acceptance-within") == [14]
    assert figures(page, "reserve-valid-for") == [365]
    assert figures(page, "complaints-within") == [30, 60]
    assert rule(page, "complaints-suspend-signing")
    form = (await ada.get(f"/staff/calls/{call_id}/edit")).text
    assert 'value="30"' in form


async def test_a_committee_is_asked_for_by_numbers_that_one_may_have(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    wrong = await ada.send_form(
        "/staff/calls/new", form_of(draft, committee_voting="4", committee_institutions="5")
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["committee_voting", "committee_institutions"])
    assert 'value="4"' in wrong.text
    assert (await ada.send_form("/staff/calls/new", form_of(draft, committee_voting="5"))).status_code == 303
    async with db.reader() as connection:
        call_id, committee = (await connection.execute(select(Call.id, Call.committee))).one()
    assert committee == {"voting": 5}
    assert figures((await ada.get(f"/staff/calls/{call_id}")).text, "committee") == [5, 2]
    assert 'value="5"' in (await ada.get(f"/staff/calls/{call_id}/edit")).text


async def test_points_that_do_not_add_up_are_refused_at_the_sum(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/staff/calls/new", form_of(draft, total="90"))
    assert (page.status_code, errors(page)) == (422, ["total"])
    assert gives_reason(error_at(page, "total"), "weights_do_not_add_up", points=100, total=90)


async def test_every_wrong_field_is_named_and_what_was_typed_is_kept(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = form_of(
        draft,
        reference="??",
        title="",
        amount="100000.005",
        award_min="NaN",
        award_max="99999999999999999999",
        opens_at_time="25:00",
        min_beneficiaries="7",
        extended_to="RS",
        **{"sections-1-key": "Ünicode", "sections-2-max": "-1", "sections-3-tie": "1"},
    )
    page = await ada.send_form("/staff/calls/new", sent)
    wrong = [name for name in sent if f'href="#f-{name}"' in page.text]
    assert page.status_code == 422
    assert sorted(wrong) == sorted(
        [
            "reference",
            "title",
            "amount",
            "award_min",
            "award_max",
            "opens_at_time",
            "min_beneficiaries",
            "extended_to",
            "sections-1-key",
            "sections-2-max",
            "sections-3-tie",
        ]
    )
    for typed in ("100000.005", "NaN", "99999999999999999999", "Ünicode", "25:00"):
        assert f'value="{typed}"' in page.text
    async with db.reader() as connection:
        assert (await connection.execute(select(Call.id))).all() == []


async def test_the_rules_reasons_stand_at_their_fields(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    await store(db, cast, draft, publish=False)
    ada = await browse(cast.ada)
    sent = form_of(
        draft,
        amount="100000.01",
        award_min="70000",
        closes_at_day=draft.opens_at.date().isoformat(),
        closes_at_time="00:00",
        extension_decision="",
        **{"sections-1-key": "total", "sections-2-key": "financial"},
    )
    page = await ada.send_form("/staff/calls/new", sent)
    assert page.status_code == 422
    reasons: dict[str, tuple[str, str, dict[str, str]]] = {
        "reference": ("Reference", "reference_taken", {}),
        "amount": ("Amount of the call", "above_envelope", {"envelope": "100\u00a0000.00"}),
        "award_min": ("Smallest award", "award_min_above_max", {}),
        "closes_at": ("Closes", "closes_before_it_opens", {}),
        "extension_decision": ("Decision on the extension", "decision_missing", {}),
        "sections-1-key": ("Key, section 2", "reserved_section_key", {"key": "total"}),
        "sections-2-key": ("Key, section 3", "section_key_twice", {"key": "financial"}),
    }
    for name, (label, code, values) in reasons.items():
        error = error_at(page, name)
        assert (error.startswith(f"{label}: "), gives_reason(error, code, **values)) == (True, True), name


async def test_another_grid_and_more_rows_save_nothing(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    other = await ada.send_form("/staff/calls/new", form_of(draft, title="", do="grid:prag_2012"))
    more = await ada.send_form("/staff/calls/new", form_of(draft, title="", do="rows"))
    assert (other.status_code, more.status_code) == (200, 200)
    assert other.text.count('value="Effectiveness and feasibility of the action"') == 1
    assert "Design of the action" not in other.text
    assert 'name="sections-11-title"' in more.text
    assert errors(other) + errors(more) == []
    async with db.reader() as connection:
        assert (await connection.execute(select(Call.id))).all() == []


async def test_what_only_another_mode_asks_for_is_left_out_and_told(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    empty = (await ada.get("/staff/calls/new")).text  # without a script, words say when each counts
    assert [words in empty for words in ("For a rolling call", "For an urgent call")] == [True, True]
    cut_off = {"cut_offs-3-at_day": draft.closes_at.date().isoformat(), "cut_offs-3-at_time": "12:00"}
    rolling = form_of(draft, mode="rolling", decide_within_hours="soon", **cut_off)
    saved = await ada.send_form("/staff/calls/new", rolling)
    assert saved.status_code == 303
    page = await ada.get(saved.headers["location"])
    assert says(page, LEFT_OUT, things="the hours until a decision and the closing time")
    async with db.reader() as connection:
        call_id, cut_offs, hours = (
            await connection.execute(select(Call.id, Call.cut_offs, Call.decide_within_hours))
        ).one()
    assert (len(cut_offs), hours) == (1, None)
    path = f"/staff/calls/{call_id}/edit"
    sent = form_of(draft, **cut_off, seen=draft_seen(await ada.get(path)))
    assert (await ada.send_form(path, {**sent, "mode": "urgent"})).status_code == 422  # no hours
    saved = await ada.send_form(path, sent)
    assert says(await ada.get(saved.headers["location"]), LEFT_OUT, things="the cut-offs")
    plain = await ada.send_form(path, {**form_of(draft), "seen": draft_seen(await ada.get(path))})
    assert not says(await ada.get(plain.headers["location"]), LEFT_OUT)


def draft_seen(page: httpx.Response) -> str:
    """When the draft had been saved, as its form carries it."""
    return page.text.split('name="seen" value="')[1].split('"')[0]


@pytest.mark.parametrize(("mode", "field"), [("rolling", "cut_offs-0-at"), ("urgent", "decide_within_hours")])
async def test_what_a_mode_lacks_is_told_with_everything_else(
    cast: Cast, draft: CallDraft, browse: Browsers, mode: str, field: str
) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/staff/calls/new", form_of(draft, mode=mode, title=""))
    assert (page.status_code, errors(page)) == (422, ["title", field])


async def test_more_cut_offs_and_monthly_ones_save_nothing(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    more = await ada.send_form("/staff/calls/new", form_of(draft, mode="rolling", do="more_cut_offs"))
    assert (more.status_code, more.text.count('name="cut_offs-5-at_day"')) == (200, 1)
    monthly = {"monthly_first": "2027-01-31", "monthly_last": "2027-03-01", "monthly_time": "12:00"}
    filled = await ada.send_form("/staff/calls/new", form_of(draft, do="cut_offs", **monthly))
    assert [day in filled.text for day in ("2027-01-31", "2027-02-28", "2027-03-31")] == [True, True, False]
    wrong = await ada.send_form(
        "/staff/calls/new", form_of(draft, do="cut_offs", **{**monthly, "monthly_last": "2026-01-01"})
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["monthly_last"])
    for no_time in ("", "25:00"):
        sent = form_of(draft, do="cut_offs", **{**monthly, "monthly_time": no_time})
        wrong = await ada.send_form("/staff/calls/new", sent)
        assert (wrong.status_code, errors(wrong)) == (422, ["monthly_time"])


async def test_dates_of_questions_after_the_deadline_are_refused_each_at_its_field(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    late = (draft.closes_at + timedelta(days=1)).date().isoformat()
    dates = {"questions_until_day": late, "questions_until_time": "12:00"}
    dates |= {"answers_until_day": late, "answers_until_time": "11:00"}
    page = await ada.send_form("/staff/calls/new", form_of(draft, **dates))
    assert (page.status_code, errors(page)) == (422, ["questions_until", "answers_until"])
    assert not gives_reason(page, "answers_before_questions")


async def test_a_limit_that_nobody_can_reach_is_refused_at_its_field(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = form_of(draft, total_threshold="100.5", **{"sections-0-threshold": "21"})
    page = await ada.send_form("/staff/calls/new", sent)
    assert (page.status_code, errors(page)) == (422, ["sections-0-threshold", "total_threshold"])
    assert re.search(r"\b20\b", error_at(page, "sections-0-threshold"))


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({"who": "x"}, 400),
        ({"sections-0-color": "red"}, 400),
        ({"do": "grid:nothing"}, 400),
        ({"title": "a\0b"}, 400),
        ({f"sections-{n}-title": "x" for n in range(101)}, 413),
        ({"title": "x" * 151}, 422),
        ({"envelope_id": "not-an-id"}, 422),
        ({"envelope_id": "00000000-0000-0000-0000-000000000001"}, 422),
        ({"title": ["a", "b"]}, 422),
    ],
)
async def test_malformed_forms_are_refused(
    cast: Cast, draft: CallDraft, browse: Browsers, extra: dict[str, Any], status: int
) -> None:
    ada = await browse(cast.ada)
    assert (await ada.send_form("/staff/calls/new", form_of(draft, **extra))).status_code == status


async def test_a_second_person_publishes_what_was_checked(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(
        db, cast, draft, publish=False, award_max=Decimal("100000.00"), unusual_reason="One tender"
    )
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    check = await vera.get(f"/staff/calls/{call_id}/publish")
    own = await ada.get(f"/staff/calls/{call_id}/publish")
    by_author = await ada.send_form(f"/staff/calls/{call_id}/publish")
    stale = await vera.send_form(f"/staff/calls/{call_id}/publish", {"seen": "2020-01-01T00:00:00+00:00"})
    seen = {"seen": draft.opens_at.isoformat()}
    done = await vera.send_form(f"/staff/calls/{call_id}/publish", seen)
    again = await vera.send_form(f"/staff/calls/{call_id}/publish", seen)
    assert gives_reason(check, "award_max_above_cap")
    assert f'name="seen" value="{draft.opens_at.isoformat()}"' in check.text
    assert "Publish the call" not in own.text
    assert [by_author.status_code, stale.status_code, done.status_code, again.status_code] == [
        403,
        409,
        303,
        409,
    ]
    assert await state(db, call_id) == "published"


async def test_a_published_call_has_no_form_any_more(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(db, cast, draft)
    ada = await browse(cast.ada)
    page = await ada.get(f"/staff/calls/{call_id}/edit")
    sent = await ada.send_form(f"/staff/calls/{call_id}/edit", form_of(draft, title="Other"))
    assert (page.status_code, sent.status_code) == (409, 409)
    assert gives_reason(page, "rules_frozen")


async def test_two_who_edit_one_draft_do_not_overwrite_each_other_unawares(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    seen = draft.opens_at.isoformat()
    path = f"/staff/calls/{call_id}/edit"
    first = await ada.send_form(path, form_of(draft, title="Ada’s title", seen=seen))
    second = await vera.send_form(path, form_of(draft, title="Vera’s title", seen=seen))
    async with db.reader() as connection:
        title = (await connection.execute(select(Call.title))).scalar_one()
    assert (first.status_code, second.status_code, title) == (303, 409, "Ada’s title")
    assert says(second, TYPED_MEANWHILE, name="Ada Berisha")
    assert 'value="Vera’s title"' in second.text


@pytest.mark.parametrize("seen", ["yesterday", "2026-01-01T00:00:00"])
async def test_an_instant_that_this_page_never_wrote_is_malformed(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, seen: str
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    vera = await browse(cast.vera)
    assert (await vera.send_form(f"/staff/calls/{call_id}/publish", {"seen": seen})).status_code == 400
