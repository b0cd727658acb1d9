"""Every page about one call has the same things above it: where the call stands, what is next, and its tabs."""

import re
from html import unescape

import pytest
from litestar import Litestar

from tests.browser import Browser
from tests.house.story import TakingBack
from tests.house.world import TakesBack

CALL = re.compile(r'<a href="(/staff/calls/[0-9a-f-]{36})">(TAF-[^<]+)</a>')
STAGE = re.compile(
    r'<li class="stage--(\w+)"[^>]*><span class="stage-label">([^<]+)</span>(?:<span class="small">([^<]+)</span>)?'
)
TABS = re.compile(r'<nav class="tabs".*?</nav>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)"( aria-current="page")?>([^<]+)</a>')
NEXT = re.compile(r'<p class="frame-act">Next: <a href="([^"]+)">([^<]+)</a>')
STANDS = {
    "TAF-2026-06": "Open",
    "TAF-2026-05": "Open",
    "TAF-2026-04": "Draft",
    "TAF-2026-03": "Open",
    "TAF-2026-02": "Admissibility",
    "TAF-2026-01": "Delivery",
    "TAF-2021-01": "Delivery",
}


async def _calls(browser: Browser) -> dict[str, str]:
    return {ref: href for href, ref in CALL.findall((await browser.get("/staff/calls")).text)}


def _tabs(page: str) -> list[tuple[str, str, str]]:
    return LINK.findall(TABS.search(page)[0])  # type: ignore[index]  # there is one


async def test_where_each_call_of_the_story_stands(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    async with TakingBack(standing_app, untouched, sessions["Ada Berisha"]) as browser:
        stands = {}
        for reference, href in (await _calls(browser)).items():
            stages = STAGE.findall((await browser.get(href)).text)
            states = [state for state, _label, _count in stages]
            assert states == sorted(states, key=["done", "now", "later"].index)
            stands[reference] = next(label for state, label, _count in stages if state == "now")
            if reference == "TAF-2026-02":
                assert ("now", "Admissibility", "1 of 2") in stages
        assert stands == STANDS


@pytest.mark.parametrize("name", ["Ada Berisha", "Paul Weber", "Greta Lind", "Carl Jansen"])
async def test_each_tab_opens_and_has_all_tabs_above_it(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], name: str
) -> None:
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        seen = set()
        for href in (await _calls(browser)).values():
            tabs = _tabs((await browser.get(href)).text)
            for address, _current, label in tabs:
                page = await browser.get(unescape(address))
                assert (page.status_code, [tab for tab in _tabs(page.text) if tab[1]]) == (
                    200,
                    [(address, ' aria-current="page"', label)],
                )
                assert [tab[2] for tab in _tabs(page.text)] == [tab[2] for tab in tabs]
                seen.add(label)
        assert {"Overview", "Applications", "Evaluation", "Decision", "Awards"} <= seen
        assert ("Questions" in seen) == (name == "Ada Berisha")


async def test_what_is_next_is_the_first_of_ones_work_in_the_call(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    async with TakingBack(standing_app, untouched, sessions["Ada Berisha"]) as browser:
        href = (await _calls(browser))["TAF-2026-02"]
        ((address, sentence),) = NEXT.findall((await browser.get(href)).text)
        first = re.search(
            r'data-work="[\w-]+"><a href="([^"]+)">([^<]+)</a>',
            (await browser.get("/?call=TAF-2026-02")).text,
        )
        assert first is not None
        assert (address, sentence) == first.groups()
    async with TakingBack(standing_app, untouched, sessions["Carl Jansen"]) as browser:
        assert NEXT.findall((await browser.get(href)).text) == []


async def test_a_call_that_is_not_there(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    async with TakingBack(standing_app, untouched, sessions["Ada Berisha"]) as browser:
        nowhere = "12345678-1234-4234-8234-123456789abc"
        for path in (f"/staff/calls/{nowhere}", f"/evaluation/{nowhere}", f"/staff/questions?call={nowhere}"):
            assert (path, (await browser.get(path)).status_code) == (path, 404)
        page = await browser.get("/applications/received?call=nothing")
        assert (page.status_code, 'class="frame"' in page.text) == (200, False)
