"""Pages of calls: what each visitor sees, and how many statements it takes."""

import re
from datetime import timedelta

import msgspec
import pytest

from facility import clock
from facility.calls.events import CallPublished
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft
from facility.calls.rules.deadlines import SIGN_MONTHS, inform_by
from facility.calls.rules.modes import Mode
from facility.calls.service.closing import close_due, mark_decided
from facility.db import Database
from facility.web.filters import weekday
from tests.browser import Browsers, records, states
from tests.calls.conftest import store
from tests.calls.reading import figures, rule
from tests.cast import Cast
from tests.judging import Judging
from tests.statements import count_statements


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
        '<th scope="row">Financial and operational capacity</th><td class="num">20</td><td class="num">12</td>',
        "more points for “Relevance of the action”",
        "This designation is without prejudice to positions on status",
        "Sign in to apply",
    ):
        assert words in page.text
    needed = rule(page.text, "beneficiaries-needed") or ""
    all_six = "Albania, Bosnia and Herzegovina, Kosovo*, Montenegro, North Macedonia, Serbia"
    assert (figures(page.text, "beneficiaries-needed"), all_six in needed) == ([2], True)
    assert re.search("Türkiye[^<]*Decision 7/2026", section(page.text, "who"))
    amounts = ("5\u00a0000.00", "60\u00a0000.00", "100\u00a0000.00")
    assert re.search("[^<]*".join(amounts), section(page.text, "much"))
    assert figures(page.text, "assessors") == [3]
    assert rule(page.text, "none-skipped")


def section(page: str, name: str) -> str:
    """What stands below the heading of this name."""
    return page.partition(f'<h2 id="{name}">')[2].partition("<h2")[0]


async def test_an_officer_is_led_to_an_application(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    await store(db, cast, draft)
    omar, ada = await browse(cast.omar), await browse(cast.ada)
    assert 'href="/applications/start?call=TAF-2026-01"' in (await omar.get("/calls/TAF-2026-01")).text
    assert "/applications/start" not in (await ada.get("/calls/TAF-2026-01")).text


async def test_a_call_says_by_when_applicants_hear_and_agreements_are_signed(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    """Regulation (EU, Euratom) 2024/2509, Article 197(1): a call gives the dates that are planned."""
    await store(db, cast, draft)
    cut_offs = (draft.closes_at - timedelta(days=10), draft.closes_at)
    rolling = msgspec.structs.replace(draft, mode=Mode.ROLLING, cut_offs=cut_offs)
    await store(db, cast, rolling, reference="TAF-2026-02")
    browser = await browse()
    page, of_cut_offs = [(await browser.get(f"/calls/TAF-2026-0{n}")).text for n in (1, 2)]
    assert weekday(inform_by(draft.closes_at)) in (rule(page, "hear-by") or "")
    lines = re.findall(r'data-rule="hear-by">([^<]*)', of_cut_offs)
    assert [weekday(inform_by(at)) in text for at, text in zip(cut_offs, lines, strict=True)] == [True, True]
    assert figures(page, "sign-within") == figures(of_cut_offs, "sign-within") == [SIGN_MONTHS]


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
    assert states(over) == ["closed"]
    assert rule(over.text, "unaffordable-passed-over")


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
    assert not records(await carl.get(f"/staff/calls/{call_id}"), CallPublished)
    assert records(await greta.get(f"/staff/calls/{call_id}"), CallPublished)


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
        [*by_both, "Closed", "To be opened", "After the opening", "After assessing"],
        [*by_both, "Closed", "Nothing to open", "Done", "Decided"],
    ]


async def test_the_history_shows_each_day_once(play: Judging, browse: Browsers) -> None:
    (call_id,) = play.calls.values()
    page = (await (await browse(play.people["paul"])).get(f"/staff/calls/{call_id}")).text
    assert page.count('<h3 class="of-day">') == 1
    assert '<span class="when">' in page
