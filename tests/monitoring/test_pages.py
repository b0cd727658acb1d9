"""The Commission's page and what stands behind its figures: who may, what they say, and how many statements it takes."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from facility import clock
from facility.activities.events import ActivityVerified
from facility.activities.words import NOT_COUNTED
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.awards.events.awards import AwardEnded
from facility.calls.events import CallClosed, CallPublished
from facility.db import Database, Tx
from facility.events.relay import follow
from facility.monitoring.queries.overview import overview
from facility.monitoring.service.indicators import seed
from facility.web.i18n import translated
from tests.browser import NOW, Browser, Browsers, records, says, states
from tests.cast import Cast
from tests.doing import held, planned
from tests.judging import DECIDED, Judging, judging
from tests.monitoring.test_projections import story
from tests.rolling import SERIES, rolling
from tests.statements import count_statements

PATHS = (
    "/commission",
    "/commission/indicators",
    "/commission/indicators/10.1",
    "/commission/indicators/1.2a",
    "/commission/requests",
    "/commission/calls",
    "/commission/exports/money.csv",
)


@pytest.fixture
async def play(db: Database) -> Judging:
    """The story of the projections' tests, counted."""
    made = await judging(db)
    await load(db)
    return made


async def load(db: Database) -> None:
    async with db.transaction(now=NOW) as tx:
        await seed(tx)


def words(page: Any) -> str:
    """What stands on the page between its tags."""
    return plain(page.text)


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ")


async def test_who_may(db: Database, cast: Cast, browse: Browsers) -> None:
    await load(db)
    allowed = {"carl": 200, "greta": 200, "ada": 200, "paul": 200, "omar": 403, "elena": 403, "root": 403}
    for name, expected in allowed.items():
        browser = await browse(getattr(cast, name))
        assert {(path, (await browser.get(path)).status_code) for path in PATHS} == {
            (path, expected) for path in PATHS
        }
    nobody = await browse()
    assert {(await nobody.get(path)).status_code for path in PATHS} == {303}
    carl, omar = await browse(cast.carl), await browse(cast.omar)
    stream = await carl.head("/commission/stream?after=0")
    assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert stream.headers["x-accel-buffering"] == "no"
    assert (await omar.head("/commission/stream")).status_code == 403
    for path in ("/commission/indicators/11", "/commission/exports/x.csv", f"/commission/units/{cast.carl}"):
        assert (await carl.get(path)).status_code == 404
    assert "Nothing has happened yet" in (await carl.get("/commission")).text
    assert (await carl.get("/commission?seen=99999999999999999999&seen=x")).status_code == 400


async def test_the_figures_and_what_stands_behind_them(play: Judging, browse: Browsers) -> None:
    made = await story(play)
    await follow(play.db)
    carl = await browse(play.people["carl"])
    page = await carl.get("/commission")
    page_text = words(page)
    for text in (
        "10.1 Joint activities implemented 1 1 of 2 for 2021, 1 of 12 for 2023",
        "14 572.30 free of 80 000.00",
        "TAF-2021-01 Joint initiatives 3 3 0 80 000.00 65 427.70 34.1",
        "CA Facility GIZ 18 200 000.00 18 200 000.00 65 427.70 18 134 572.30",
        "UNSCR 1244/1999",
    ):
        assert text in page_text
    assert '<a href="/commission/requests">1.2</a>' in page.text
    assert records(page, AwardEnded, how="withdrawn")
    assert records(page, ActivityVerified)
    assert "Omar" not in page_text.partition("What happened")[2]
    links = set(re.findall(r'href="(/[^"#]*)', page.text.partition("<main")[2].partition("</main>")[0]))
    for link in sorted(links):
        assert (link, (await carl.get(link.replace("&amp;", "&"))).status_code) == (link, 200)
    unit = await carl.get(f"/commission/units/{made['workshop']}")
    for text in ("Counts in 2021", "X03", "IT", "agenda.pdf", "XK*", "35 427.70", "TAF-2021-01"):
        assert text in words(unit)
    assert "attendance_list.pdf" not in unit.text
    lost = await carl.get(f"/commission/units/{made['lost']}")
    assert says(lost, NOT_COUNTED["not_funded"])
    not_counted = words(await carl.get("/commission/indicators/10.1?counted=no"))
    assert (says(not_counted, NOT_COUNTED["not_completed"]), "Not counted (3)" in not_counted) == (True, True)
    assert words(await carl.get("/commission/indicators/10.1?year=2022")).count("There is none") == 1
    assert "1.2 2" in words(await carl.get("/commission/requests"))
    async with play.db.reader() as connection:
        requests = (await overview(connection)).requests
    assert (requests.total, requests.answered, requests.open, requests.exhausted) == (1, 1, 0, 0)


async def test_what_happened_stands_in_the_order_of_time(play: Judging, browse: Browsers) -> None:
    """Also where an earlier step was written down later, as in a story that is told call by call. What is new since is what was written
    down since."""
    await play.envelope("Second")  # opened the day before the call was published
    await follow(play.db)
    async with play.db.reader() as connection:
        lines = (await overview(connection)).headlines
    assert [line.kind for line in lines] == ["CallPublished", "EnvelopeOpened", "EnvelopeOpened"]
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    page = await (await browse(play.people["carl"])).get("/commission")
    assert f"seen={max(line.position for line in lines)}" in page.text


async def test_a_series_is_one_call_and_its_batches_are_cut_offs(db: Database, browse: Browsers) -> None:
    await load(db)
    play = await rolling(db)
    for name, asks in (("A", "50000.00"), ("B", "40000.00"), ("C", "10000.00")):
        await play.apply(name, asks, call=SERIES)
    await play.judge(1, {"A": "70", "B": "60", "C": "40"})
    await play.settle(1)
    await play.judge(2, {})
    await play.settle(2)  # B was carried over, and has no money here either
    await follow(db)
    carl = await browse(play.people["carl"])
    page = await carl.get("/commission")
    page_text = words(page)
    assert f"{SERIES} Joint initiatives 3 1 1 80 000.00 50 000.00" in page_text
    happened = page_text.partition("What happened")[2]
    assert [happened.count(translated(kind.sentence)) for kind in (CallPublished, CallClosed)] == [1, 2]
    table_of_calls = page.text.partition('id="calls"')[2].partition('id="happened"')[0]
    assert table_of_calls.count("<tr>") == 2
    assert re.search(r'<a href="/commission/calls">[^<]*\b1\b', table_of_calls)
    for link in set(re.findall(r'href="(/[^"#]*)', table_of_calls)):
        assert (link, (await carl.get(link)).status_code) == (link, 200)
    page = await carl.get("/commission/calls")
    every, _, missed = page.text.partition('<h2 id="missed">')
    assert f"{SERIES}/B1" in missed  # a batch has deadlines of its own
    every = plain(every)
    assert (every.count(SERIES), f"{SERIES}/B" in every, "2 of 3 batches" in every) == (1, False, True)
    assert [(row["Call"], row["Received"], row["Awards"]) for row in await table(carl, "calls.csv")] == [
        (SERIES, "3", "1")
    ]


async def test_the_part_that_the_page_fetches_anew(play: Judging, browse: Browsers) -> None:
    await story(play)
    await follow(play.db)
    carl = await browse(play.people["carl"])
    await follow(play.db)
    page = await carl.get("/commission")
    stream, part = re.findall(r'data-stream="([^"]+)" data-refresh="([^"]+)"', page.text)[0]
    assert re.fullmatch(r"/commission/stream\?after=[0-9]+", stream)
    same = await carl.get(part, headers={"hx-request": "true"})
    assert same.text.startswith('<p class="muted">')
    assert ('class="new"' in same.text, "<html" in same.text) == (False, False)
    await planned(play, "A", title="One more")
    behind = await carl.get(part, headers={"hx-request": "true"})
    assert re.search(r'data-state="events-not-counted">[^<]*\b1\b', behind.text)
    await follow(play.db)
    after = await carl.get(part, headers={"hx-request": "true"})
    assert (after.text.count('class="new"'), states(after)) == (1, ["figures-explained"])


async def statements(play: Judging, browser: Browser, path: str) -> int:
    with count_statements(play.db) as seen:
        assert (await browser.get(path)).status_code == 200
    return len(seen)


async def test_pages_cost_the_same_for_one_row_and_three(play: Judging, browse: Browsers) -> None:
    await play.apply("A", "35427.70")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    first = await held(play, "A", {"AL": 8, "XK": 8})
    await follow(play.db)
    carl = await browse(play.people["carl"])
    paths = (*PATHS, f"/commission/units/{first}", "/commission/exports/joint-activities.csv")
    before = {path: await statements(play, carl, path) for path in paths}
    for _ in range(2):
        await held(play, "A", {"AL": 8, "XK": 8})
    await follow(play.db)
    assert {path: await statements(play, carl, path) for path in paths} == before
    more = {"/commission/indicators/10.1": 4, "/commission/calls": 4}
    assert before == {path: more.get(path, 2) for path in paths}


async def table(browser: Browser, name: str) -> list[dict[str, str]]:
    answer = await browser.get(f"/commission/exports/{name}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_exports_carry_the_footnote_and_no_formula(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "facility.monitoring.pages.exports.BATCH", 1
    )  # an export goes on until everything was sent
    made = await story(play)
    await planned(play, "A", title="=HYPERLINK(1)")
    await follow(play.db)
    carl = await browse(play.people["carl"])
    rows = {row["Title"]: row for row in await table(carl, "joint-activities.csv")}
    assert "'=HYPERLINK(1)" in rows
    everything = await table(carl, "joint-activities.csv")
    counted = [row for row in everything if row["Counts"] == "yes"]
    assert [(row["Beneficiaries present"], row["People present"], row["Year"]) for row in counted] == [
        ("AL XK*", "16", "2021")
    ]
    assert [
        "UNSCR" in row["designation_note"] for row in everything if "XK*" in row["Beneficiaries present"]
    ] == [True]
    assert len(everything) == len(made) + 1
    indicators = await table(carl, "indicators.csv")
    assert [(row["Indicator"], row["Target 2023"]) for row in indicators][-1] == ("10.1", "12.00")
    assert [row["Indicator"] for row in indicators if row["So far"]] == ["10.1"]
    assert indicators[-1]["So far"] == "1"
    assert [row["Indicator"] for row in indicators if row["designation_note"]] == ["6.2"]
    money = await table(carl, "money.csv")
    assert [(row["Donor"], row["Agreed EUR"]) for row in money] == [
        ("EU", "15800000.00"),
        ("DE", "1500000.00"),
        ("IT", "900000.00"),
    ]
    assert [row["Mean days from receipt to answer"] for row in await table(carl, "calls.csv")] == ["34.1"]
    assert [(row["Days"], row["Asked"]) for row in await table(carl, "requests.csv")] == [("1.2", "2")]


async def test_each_indicator_is_a_bar_from_its_baseline_to_its_targets(
    play: Judging, browse: Browsers
) -> None:
    await story(play)
    await follow(play.db)
    carl = await browse(play.people["carl"])
    page = (await carl.get("/commission/indicators")).text
    labels = re.findall(r'<svg class="bar"[^>]*aria-label="([^"]+)"', page)
    assert len(labels) == page.count('<th scope="row">') > 10
    assert [re.findall(r"\d+", label) for label in labels if "so far" in label] == [
        ["1", "0", "2", "2021", "12", "2023"]
    ]
    indicator = (await carl.get("/commission/indicators/2.2")).text
    [label] = re.findall(r'<svg class="bar"[^>]*aria-label="([^"]+)"', indicator)
    assert re.findall(r"\d+", label) == ["186", "350", "2021", "1050", "2023"]


LANE = re.compile(
    r'<th scope="row" class="ref">([^<]+)</th>.*?aria-label="([^"]+)">(.*?)</svg></td>', re.DOTALL
)


async def test_calls_and_their_activities_stand_on_one_axis_of_time(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story(play)
    await follow(play.db)
    carl = await browse(play.people["carl"])
    assert "Timeline" not in (await carl.get("/commission/calls")).text  # all of it is long over
    monkeypatch.setattr(clock, "now", lambda: DECIDED + timedelta(days=100))
    ((reference, label, lane),) = LANE.findall((await carl.get("/commission/calls")).text)
    assert (reference, label) == (
        "TAF-2021-01",
        "Open from Tue 1 Jun, 09:00 to Fri 30 Jul, 12:00; decided on Wed 1 Sept, 15:30",
    )
    assert re.findall(r'class="c2" x="([\d.]+)%"', lane) == ["0.0"]
    opened, decided, *held = map(float, re.findall(r'(?:width|class="tick" x1|cx)="([\d.]+)%"', lane))
    assert opened < decided < min(held)
    await play.act(None, lambda tx: _closed(tx, play.applications["A"], play.people["greta"]))
    greta = await browse(play.people["greta"])
    ((_, _, recused),) = LANE.findall((await greta.get("/commission/calls")).text)
    assert (lane.count("<circle"), recused.count("<circle")) == (3, 1)
    assert (lane.count('class="c3"'), recused.count('class="c3"')) == (1, 0), "one mission, A's"


async def _closed(tx: Tx, application_id: UUID, person_id: UUID) -> None:
    tx.add(
        ConflictDeclaration(
            application_id=application_id, assessor_id=person_id, conflict=True, reason="Kin", at=tx.now
        )
    )
