"""Pages of calls: what each visitor sees, what is refused, and how many statements it takes."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.form import preset, shown_draft
from facility.calls.models import Call
from facility.calls.rules import CallDraft
from facility.calls.service import close_due, draft_call, mark_decided, publish_call
from facility.contracts.service import open_contract, open_envelope
from facility.db import Database
from tests.browser import Browsers
from tests.cast import Cast
from tests.statements import count_statements

DRAFT = CallDraft(
    reference="TAF-2026-01",
    title="Joint initiatives",
    text="First paragraph.\n\nSecond <b>paragraph</b>.",
    opens_at=datetime(2026, 1, 1, 11, tzinfo=UTC),
    closes_at=datetime(2027, 7, 30, 10, tzinfo=UTC),
    envelope_id=UUID(int=0),
    amount=Decimal("100000.00"),
    award_min=Decimal("5000.00"),
    award_max=Decimal("60000.00"),
    min_beneficiaries=2,
    extended_to=("TR",),
    extension_decision="Decision 7/2026",
    grid=preset("prag_2018"),
)


@pytest.fixture
async def draft(db: Database, cast: Cast) -> CallDraft:
    """A draft that is good and not stored, on an envelope; open now, for as long as these tests matter."""
    now = clock.now()
    async with db.transaction(now=now, actor=cast.ada) as tx:
        contract = await open_contract(
            tx, reference="CA1", counterpart="GIZ", donors=[("EU", Decimal("900000.00"))]
        )
        envelope = await open_envelope(
            tx, contract_id=contract.id, name="Facility", amount=Decimal("100000.00")
        )
    return msgspec.structs.replace(
        DRAFT,
        envelope_id=envelope.id,
        opens_at=now.replace(second=0, microsecond=0) - timedelta(days=1),
        closes_at=now.replace(second=0, microsecond=0) + timedelta(days=30, hours=1),
    )


async def store(db: Database, cast: Cast, draft: CallDraft, *, publish: bool = True, **changes: Any) -> UUID:
    """Ada drafts, Vera publishes, both when the call opens."""
    draft = msgspec.structs.replace(draft, **changes)
    async with db.transaction(now=draft.opens_at, actor=cast.ada) as tx:
        call = await draft_call(tx, draft)
    if publish:
        async with db.transaction(now=draft.opens_at, actor=cast.vera) as tx:
            await publish_call(tx, call.id)
    return call.id


async def state(db: Database, call_id: UUID) -> str:
    async with db.reader() as connection:
        return (await connection.execute(select(Call.state).where(Call.id == call_id))).scalar_one()


def form_of(draft: CallDraft, **changes: Any) -> dict[str, Any]:
    """What the form sends for this draft."""
    sent: dict[str, Any] = {name: value for name, value in shown_draft(draft).items() if value}
    return {**sent, "do": "save", **changes}


async def test_anyone_reads_an_open_call(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    await store(db, cast, draft)
    browser = await browse()
    with count_statements(db) as statements:
        page = await browser.get("/calls/TAF-2026-01")
    assert page.status_code == 200
    assert len(statements) == 1
    for words in (
        "Second &lt;b&gt;paragraph&lt;/b&gt;.",
        "30 days",
        "at least 2 of these beneficiaries: Albania, Bosnia and Herzegovina, Kosovo*, Montenegro, North Macedonia, Serbia.",
        "Institutions of Turkey may take part too, under Decision 7/2026.",
        "at least EUR 5\u00a0000.00 and at most EUR 60\u00a0000.00. EUR 100\u00a0000.00 are available",
        "At least 3 assessors",
        '<th scope="row">Financial and operational capacity</th><td class="num">20</td><td class="num">12</td>',
        "more points for “Relevance of the action”",
        "none is passed over",
        "This designation is without prejudice to positions on status",
        "Sign in to apply",
    ):
        assert words in page.text


async def test_an_officer_is_led_to_an_application(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    await store(db, cast, draft)
    omar, ada = await browse(cast.omar), await browse(cast.ada)
    assert 'href="/applications/start?call=TAF-2026-01"' in (await omar.get("/calls/TAF-2026-01")).text
    assert "/applications/start" not in (await ada.get("/calls/TAF-2026-01")).text


async def test_nobody_is_led_to_a_call_that_is_not_open(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    now = clock.now()
    await store(db, cast, draft, opens_at=now + timedelta(days=2), closes_at=now + timedelta(days=3))
    earlier = msgspec.structs.replace(
        draft, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=8), skip_unaffordable=True
    )
    await store(db, cast, earlier, reference="TAF-2025-01")
    omar = await browse(cast.omar)
    coming, over = await omar.get("/calls/TAF-2026-01"), await omar.get("/calls/TAF-2025-01")
    assert "/applications/start" not in coming.text + over.text
    assert "until it opens on" in coming.text
    assert "This call has closed." in over.text
    assert "the next ones that fit are awarded" in over.text


@pytest.mark.parametrize(
    ("reference", "status"),
    [("TAF-2026-01", 404), ("TAF-9999-99", 404), ("%00", 400), ("%F0%9F%8C%B3", 404), ("a" * 3000, 404)],
)
async def test_a_draft_is_as_unknown_as_a_call_that_never_was(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, reference: str, status: int
) -> None:
    await store(db, cast, draft, publish=False)
    browser = await browse()
    assert (await browser.get(f"/calls/{reference}")).status_code == status
    assert "TAF-2026-01" not in (await browser.get("/calls")).text


@pytest.mark.parametrize("rows", [1, 3])
async def test_lists_cost_the_same_for_one_and_for_three(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, rows: int
) -> None:
    now = clock.now()
    for n in range(rows):
        await store(db, cast, draft, reference=f"TAF-2026-0{n}")
        over = msgspec.structs.replace(
            draft, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=8)
        )
        await store(db, cast, over, reference=f"TAF-2025-0{n}")
    nobody, ada = await browse(), await browse(cast.ada)
    with count_statements(db) as front:
        assert (await nobody.get("/")).text.count('href="/calls/TAF-2026-') == rows
    with count_statements(db) as public:
        assert (await nobody.get("/calls")).text.count('href="/calls/TAF-') == 2 * rows
    with count_statements(db) as staff:
        assert (await ada.get("/staff/calls")).text.count('href="/staff/calls/') == 2 * rows + 1
    assert (len(front), len(public), len(staff)) == (1, 3, 3)


async def test_past_calls_come_in_pages_of_25(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    now = clock.now()
    for n in range(27):
        await store(
            db,
            cast,
            draft,
            reference=f"TAF-2025-{n:02}",
            opens_at=now - timedelta(days=90 - n),
            closes_at=now - timedelta(days=40 - n),
        )
    nobody, ada = await browse(), await browse(cast.ada)
    first, second = await nobody.get("/calls"), await nobody.get("/calls?before=TAF-2025-02")
    assert first.text.count('href="/calls/TAF-') == 25
    assert 'href="/calls?before=TAF-2025-02"' in first.text
    assert [ref for ref in ("TAF-2025-00", "TAF-2025-01", "TAF-2025-02") if ref in second.text] == [
        "TAF-2025-00",
        "TAF-2025-01",
    ]
    assert (await ada.get("/staff/calls")).text.count('href="/staff/calls/') == 25 + 1


async def test_only_those_who_run_or_watch_see_the_staff_pages(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    paths = ["/staff/calls", f"/staff/calls/{call_id}", f"/staff/calls/{call_id}/publish", "/staff/calls/new"]
    seen = {}
    for name in ("ada", "paul", "carl", "greta", "omar", "elena", "root"):
        browser = await browse(getattr(cast, name))
        seen[name] = [(await browser.get(path)).status_code for path in paths]
    assert seen == {
        "ada": [200, 200, 200, 200],
        "paul": [200, 200, 403, 403],
        "carl": [200, 200, 403, 403],
        "greta": [200, 200, 403, 403],
        "omar": [403] * 4,
        "elena": [403] * 4,
        "root": [403] * 4,
    }


async def test_history_is_not_for_the_commission(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(db, cast, draft)
    carl, greta = await browse(cast.carl), await browse(cast.greta)
    sentence = "The call was published; its rules are frozen."
    assert sentence not in (await carl.get(f"/staff/calls/{call_id}")).text
    assert sentence in (await greta.get(f"/staff/calls/{call_id}")).text


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
    shown = await ada.get(f"/staff/calls/{call_id}/edit")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/calls/{call_id}")
    assert (closes_at, drafted_by) == (draft.closes_at, cast.ada)
    assert 'value="100000.00"' in shown.text


async def test_rules_that_spread_awards_are_kept_and_told(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = form_of(draft, same_lead_calls="2", per_beneficiary_most="1")
    assert (await ada.send_form("/staff/calls/new", sent)).status_code == 303
    async with db.reader() as connection:
        call_id, cool_down = (await connection.execute(select(Call.id, Call.cool_down))).one()
    page = await ada.get(f"/staff/calls/{call_id}")
    assert cool_down == {"same_lead_calls": 2, "per_beneficiary_most": 1}
    assert "Whoever led an award of one of the last 2 decided calls gets no second one" in page.text
    assert "At most 1 award goes to leads of the same beneficiary." in page.text


async def test_points_that_do_not_add_up_are_refused_at_the_sum(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/staff/calls/new", form_of(draft, total="90"))
    assert page.status_code == 422
    assert (
        '<a href="#f-total">All sections together: The sections are worth 100 points together, and you declared 90.'
        in page.text
    )


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
    for name, text in {
        "reference": "Reference: Another call has this reference.",
        "amount": "Amount of the call: This is more than the whole envelope, which holds EUR 100\u00a0000.00.",
        "award_min": "Smallest award: The smallest award is above the largest.",
        "closes_at": "Closes: The call closes before it opens.",
        "extension_decision": "Decision on the extension: Name the decision that the extension rests on.",
        "sections-1-key": "Key, section 2: The key “total” has a meaning of its own.",
        "sections-2-key": "Key, section 3: Two sections have the key “financial”.",
    }.items():
        assert f'<a href="#f-{name}">{text}' in page.text


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
    assert "There is a problem" not in other.text + more.text
    async with db.reader() as connection:
        assert (await connection.execute(select(Call.id))).all() == []


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
    call_id = await store(db, cast, draft, publish=False, award_max=Decimal("150000.00"))
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    check = await vera.get(f"/staff/calls/{call_id}/publish")
    own = await ada.get(f"/staff/calls/{call_id}/publish")
    by_author = await ada.send_form(f"/staff/calls/{call_id}/publish")
    stale = await vera.send_form(f"/staff/calls/{call_id}/publish", {"seen": "2020-01-01T00:00:00+00:00"})
    seen = {"seen": draft.opens_at.isoformat()}
    done = await vera.send_form(f"/staff/calls/{call_id}/publish", seen)
    again = await vera.send_form(f"/staff/calls/{call_id}/publish", seen)
    assert "The largest award is above EUR 60\u00a0000.00" in check.text
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
    assert "its rules are frozen" in page.text


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
    assert "Ada Berisha changed this draft meanwhile." in second.text
    assert 'value="Vera’s title"' in second.text


@pytest.mark.parametrize("seen", ["yesterday", "2026-01-01T00:00:00"])
async def test_an_instant_that_this_page_never_wrote_is_malformed(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, seen: str
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    vera = await browse(cast.vera)
    assert (await vera.send_form(f"/staff/calls/{call_id}/publish", {"seen": seen})).status_code == 400


async def test_the_steps_say_what_was_done_and_what_comes_next(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    now = clock.now()
    over = msgspec.structs.replace(draft, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=8))
    drafted = await store(db, cast, draft, publish=False)
    running = await store(db, cast, draft, reference="TAF-2026-02")
    closed = await store(db, cast, over, reference="TAF-2026-03")
    decided = await store(db, cast, over, reference="TAF-2026-04")
    await close_due(db, now)
    async with db.transaction(now=now) as tx:
        mark_decided(tx, await tx.lock(Call, decided))
    vera = await browse(cast.vera)
    steps = {}
    for call_id in (drafted, running, closed, decided):
        page = (await vera.get(f"/staff/calls/{call_id}")).text
        tasks = page.split('<ul class="tasks">')[1].split("</ul>")[0]
        steps[call_id] = re.findall(r'<span class="status[^>]*>([^<]*)<', tasks)
        assert (f'href="/evaluation/{call_id}"' in tasks) == (call_id in (closed, decided))
        assert (f'href="/awards/calls/{call_id}"' in tasks) == (call_id == decided)
        assert (f'href="/staff/calls/{call_id}/publish"' in tasks) == (call_id == drafted)
    by_both = ["Written by Ada Berisha", "Published by Vera Novak"]
    assert list(steps.values()) == [
        ["Written by Ada Berisha", "Waits for a second person"],
        [*by_both, "Open", "After closing", "After closing", "After assessing"],
        [*by_both, "Closed", "To be opened", "Under way", "Not decided yet"],
        [*by_both, "Closed", "Nothing to open", "Done", "Decided"],
    ]
