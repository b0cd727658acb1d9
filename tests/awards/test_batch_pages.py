"""Pages of a rolling call: the series with its batches, the form of its cut-offs, what applicants and everybody see."""

from datetime import timedelta

from facility import clock
from facility.calls.models.call import Call
from facility.db import Database
from facility.evaluation.queries.standing import is_sealed
from tests.browser import Browsers, errors, gives_reason, states
from tests.prepared import built_once
from tests.rolling import SERIES, Rolling, rolling


@built_once
async def play(db: Database) -> Rolling:
    """A is awarded in the first batch, B is carried over."""
    made = await rolling(db)
    for name, asks in (("A", "50000.00"), ("B", "40000.00")):
        await made.apply(name, asks, call=SERIES)
    await made.judge(1, {"A": "70", "B": "60"})
    await made.settle(1)
    return made


async def test_the_series_leads_to_its_batches_and_back(play: Rolling, browse: Browsers) -> None:
    vera = await browse(play.people["vera"])
    series = (await vera.get(f"/staff/calls/{play.calls[SERIES]}")).text
    for number in (1, 2, 3):
        assert f'href="/staff/calls/{play.calls[f"{SERIES}/B{number}"]}"' in series
    first = play.calls[f"{SERIES}/B1"]
    assert f'href="/evaluation/{first}"' in series
    batch = (await vera.get(f"/staff/calls/{first}")).text
    assert f'href="/staff/calls/{play.calls[SERIES]}"' in batch
    assert 'aria-current="page">TAF-2021-07/B1' in batch
    assert (await vera.get("/staff/calls")).text.count("TAF-2021-07/B") == 0
    assert "TAF-2021-07/B1" in (await vera.get("/evaluation")).text


async def test_the_decided_batch_says_what_it_carried_over(play: Rolling, browse: Browsers) -> None:
    carl, omar = await browse(play.people["carl"]), await browse(play.people["omar"])
    first = play.calls[f"{SERIES}/B1"]
    for path in (f"/evaluation/{first}/ranking", f"/awards/calls/{first}"):
        page = (await carl.get(path)).text
        assert "Joint work B" in page
        assert "TAF-2021-07/B2" in page
    assert (await carl.get(f"/evaluation/{first}/report.pdf")).status_code == 200
    assert "Carried over to the next batch" in (await carl.get(f"/evaluation/{first}/ranking.csv")).text
    board = (await carl.get(f"/evaluation/{play.calls[f'{SERIES}/B2']}")).text
    assert "Carried over from TAF-2021-07/B1" in board
    result = (await omar.get(f"/applications/{play.applications['B']}/result")).text
    assert "Letter on the next ranking" in result
    assert "Joint work B" in (await carl.get(f"/applications/{play.applications['B']}")).text
    assert 'href="/calls/TAF-2021-07"' in (await omar.get("/applications")).text
    assert "Joint work B" in (await omar.get(f"/applications?call={SERIES}")).text


async def test_everybody_reads_the_rhythm(play: Rolling, browse: Browsers) -> None:
    nobody = await browse()
    page = (await nobody.get(f"/calls/{SERIES}")).text
    assert "ranked-again" in states(page)
    assert "Rolling, with cut-offs</span>" in (await nobody.get("/calls")).text
    assert (await nobody.get(f"/calls/{SERIES}%2FB1")).status_code == 404


async def test_the_form_of_cut_offs_names_each_mistake_at_its_row(play: Rolling, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    typed = {
        "mode": "rolling",
        "opens_at_day": day,
        "opens_at_time": "12:00",
        "cut_offs-0-at_day": day,
        "cut_offs-0-at_time": "11:00",
        "cut_offs-1-at_day": "2099-03-29",
        "cut_offs-1-at_time": "02:30",
        "cut_offs-2-at_day": "2090-01-01",
        "cut_offs-2-at_time": "",
    }
    wrong = await ada.send_form("/staff/calls/new", typed)
    assert wrong.status_code == 422
    assert {"cut_offs-1-at", "cut_offs-2-at_time"} <= set(errors(wrong))
    later = await ada.send_form("/staff/calls/new", {**typed, "cut_offs-1-at_time": "04:30"})
    assert "cut_offs-1-at" not in errors(later)  # the clocks skipped the other hour


async def test_monthly_cut_offs_are_filled_in(play: Rolling, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    typed = {
        "monthly_first": "2027-01-31",
        "monthly_last": "2027-04-30",
        "monthly_time": "12:00",
        "do": "cut_offs",
    }
    page = await ada.send_form("/staff/calls/new", typed)
    assert page.status_code == 200
    for day in ("2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"):
        assert f'value="{day}"' in page.text
    wrong = await ada.send_form("/staff/calls/new", {**typed, "monthly_last": "2026-12-01"})
    assert (wrong.status_code, gives_reason(wrong, "ends_before_it_starts")) == (422, True)


async def test_what_was_carried_over_is_open_in_a_batch_that_is_sealed(db: Database, play: Rolling) -> None:
    await play.apply("C", "1000.00", call=SERIES, received_at=(await play.batches())[1].closes_at)
    async with db.transaction(now=clock.now()) as tx:
        batch = await tx.get(Call, play.calls[f"{SERIES}/B2"])
        assert await is_sealed(tx.session, batch.id)
    row = await play.row(Call, batch.id)
    assert row.opened_at is None
