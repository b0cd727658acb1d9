"""What is free of an envelope is the same on every page: neither committed by awards nor promised by calls that are not decided."""

import re
from decimal import Decimal
from html import unescape

import httpx
import pytest

from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.contracts.queries import envelopes
from facility.db import Database
from facility.events.relay import follow
from facility.monitoring.queries.overview import overview
from facility.web.pictures import overview_of
from tests.browser import Browser, Browsers, gives_reason, states
from tests.judging import Judging, judging
from tests.monitoring.test_pages import load, words
from tests.rolling import CUT_OFFS, SERIES, rolling


@pytest.fixture
async def play(db: Database) -> Judging:
    """An envelope whose one call promises all of it, and one that no call draws on."""
    made = await judging(db)
    await load(db)
    await made.envelope("Spare", "10000.00")
    return made


async def money(play: Judging, call: str = "TAF-2021-01") -> list[str]:
    """Committed, promised, free and promised beyond the envelope "Facility", once all pages say the same, in EUR."""
    await follow(play.db)
    async with play.db.reader() as connection:
        ours, spare = await envelopes(connection)
        everywhere = await overview(connection)
        of_call = await overview_of(connection, play.calls[call], play.people["carl"])
    assert [spare.committed, spare.promised, spare.beyond, spare.amount - spare.free] == [Decimal(0)] * 4
    shown = [ours.committed, ours.promised, ours.free, ours.beyond]
    assert sum(shown[:3]) - ours.beyond == ours.amount
    free = everywhere.free - spare.amount
    assert [everywhere.envelope_committed, everywhere.promised, free, everywhere.beyond] == shown
    assert [amount for _, amount in of_call.shares] == shown[:2]
    assert of_call.left == ours.free - ours.beyond
    return [f"{amount:.2f}" for amount in shown]


async def words_of(browser: Browser, path: str) -> str:
    return plain(await shown(browser, path))


async def shown(browser: Browser, path: str) -> httpx.Response:
    page = await browser.get(path)
    assert page.status_code == 200
    return page


def plain(page: httpx.Response) -> str:
    return unescape(words(page)).replace("\u00a0", " ")


def promised_beyond(page: httpx.Response) -> list[str]:
    """The warnings that calls promise more than an envelope holds, each as a sentence."""
    warnings = re.findall(r'data-state="promised-beyond-envelope"[^>]*><p>([^<]*)', page.text)
    return [warning.replace("\u00a0", " ") for warning in warnings]


async def awarded(play: Judging) -> None:
    """Of 80 000, 35 427.70 are awarded and the call is decided."""
    await play.apply("A", "35427.70")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()


async def test_what_a_call_promises_is_free_again_as_far_as_its_awards_do_not_need_it(play: Judging) -> None:
    assert await money(play) == ["0.00", "80000.00", "0.00", "0.00"]
    await awarded(play)
    assert await money(play) == ["35427.70", "0.00", "44572.30", "0.00"]
    await play.call("TAF-2021-02", amount="40000.00")
    assert await money(play) == ["35427.70", "40000.00", "4572.30", "0.00"]
    await play.end("A", "30000.00")
    assert await money(play) == ["30000.00", "40000.00", "10000.00", "0.00"]
    key = play.calls["TAF-2021-02"]
    await play.act("ada", lambda tx: ask_cancellation(tx, key, "No need"))
    await play.act("vera", lambda tx: confirm_cancellation(tx, key))
    assert await money(play) == ["30000.00", "0.00", "50000.00", "0.00"]


async def test_a_series_promises_what_its_awards_have_left_until_its_last_batch_is_decided(
    db: Database,
) -> None:
    play = await rolling(db)
    await load(db)
    await play.envelope("Spare", "10000.00")
    await play.apply("A", "50000.00", call=SERIES)
    await play.judge(1, {"A": "70"})
    await play.settle(1)
    assert await money(play, SERIES) == ["50000.00", "30000.00", "0.00", "0.00"]
    for number in (2, 3):
        await play.judge(number, {})
        await play.settle(number)
    over = CUT_OFFS[-1]
    await play.act(None, lambda tx: close_call(tx, play.calls[SERIES], due_at=over), over)
    assert await money(play, SERIES) == ["50000.00", "0.00", "30000.00", "0.00"]


async def test_calls_that_promise_more_than_is_left_take_nothing_from_other_envelopes(
    play: Judging, browse: Browsers
) -> None:
    await awarded(play)
    for reference in ("TAF-2021-02", "TAF-2021-03"):
        await play.call(reference, amount="30000.00")
    assert await money(play) == ["35427.70", "60000.00", "0.00", "15427.70"]
    carl, ada = await browse(play.people["carl"]), await browse(play.people["ada"])
    page = await shown(carl, "/commission")
    for text in (
        "10 000.00 free of 90 000.00",
        "CA Facility GIZ 18 200 000.00 18 200 000.00 35 427.70 18 164 572.30",
    ):
        assert text in plain(page)
    assert re.search(r"Committed 35 427\.70 \D+ 60 000\.00 Free 10 000\.00", plain(page))
    [warning] = promised_beyond(page)
    assert ("EUR 15 427.70" in warning, "Facility" in warning) == (True, False)
    assert "figures-explained" in states(page)
    page = await shown(carl, "/contracts/CA%20Facility")
    assert "Facility 80 000.00 35 427.70 60 000.00 0.00" in plain(page)
    [warning] = promised_beyond(page)
    assert ("EUR 15 427.70" in warning, "Facility" in warning) == (True, True)
    page = await shown(carl, "/contracts/CA%20Spare")
    assert "Spare 10 000.00 0.00 0.00 10 000.00" in plain(page)
    assert promised_beyond(page) == []
    [warning] = promised_beyond(await shown(carl, f"/staff/calls/{play.calls['TAF-2021-02']}"))
    assert ("EUR 15 427.70" in warning, "Facility" in warning) == (True, False)
    page = await shown(ada, f"/contracts/CA%20Facility/envelopes/{play.envelopes['Facility']}")
    assert re.search(r"Now 80 000\.00 Committed 35 427\.70 \D+ 60 000\.00 Free 0\.00", plain(page))
    choices = await words_of(ada, "/staff/calls/new")
    assert re.search(r"CA Facility: Facility, EUR 0\.00 \D+ 80 000\.00 ", choices)
    assert re.search(r"CA Spare: Spare, EUR 10 000\.00 \D+ 10 000\.00 ", choices)


async def test_who_publishes_reads_what_the_draft_leaves_of_the_envelope(
    play: Judging, browse: Browsers
) -> None:
    await awarded(play)
    await play.call("TAF-2021-02", amount="40000.00")
    fits = await play.act("ada", lambda tx: draft_call(tx, play.draft("TAF-2021-03", "4572.30")))
    over = await play.act("ada", lambda tx: draft_call(tx, play.draft("TAF-2021-04", "4572.31")))
    vera = await browse(play.people["vera"])
    pages = [await shown(vera, f"/staff/calls/{call.id}/publish") for call in (fits, over)]
    before = r"Committed 35 427\.70 \D+ 40 000\.00"
    assert re.search(rf"{before} This call 4 572\.30 Left 0\.00", plain(pages[0]))
    assert re.search(rf"{before} This call 4 572\.31 Left -0\.01", plain(pages[1]))
    warned = [gives_reason(page, "envelope_promised_twice") for page in pages]
    assert warned == [False, True]
