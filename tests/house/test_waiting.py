"""The start page tells everybody in the demo story what waits for them."""

import re
from html import unescape

from litestar import Litestar

from facility.web.access import Role
from facility.web.waiting import KINDS
from tests.house.story import TakingBack
from tests.house.world import EVERYBODY, World

TASK = re.compile(r'<a href="([^"]+)">([^<]+)</a> <span class="status status--wait">(\d+)</span>')
ROW = re.compile(r'<li><a href="([^"]+)">[^<]+</a>')
WAITS = {
    "Ada Berisha": [
        ("Questions on calls to answer", 1),
        ("Applications whose admissibility is to be checked", 1),
        ("Clarifications that were answered", 1),
        ("Closed calls to be opened by two people", 1),
        ("Urgent applications to decide", 1),
        ("Reported activities to verify", 1),
    ],
    "Paul Weber": [
        ("Exceptions to decide", 2),
        ("Closed calls to be opened by two people", 1),
        ("Urgent applications to decide", 1),
    ],
    "Omar Hoxha": [
        ("Applications to confirm or decline", 1),
        ("Your drafts that can still be submitted", 1),
    ],
    "Arta Krasniqi": [("Applications to confirm or decline", 1)],
}


async def test_everybody_is_told_what_waits(
    standing_app: Litestar, story: str, sessions: dict[str, str]
) -> None:
    for name in EVERYBODY:
        async with TakingBack(standing_app, story, sessions[name]) as browser:
            page = (await browser.get("/")).text
        found = [(href, label, int(count)) for href, label, count in TASK.findall(page)]
        assert (name, sorted((label, count) for _href, label, count in found)) == (
            name,
            sorted(WAITS.get(name, [])),
        )


async def test_what_is_counted_is_what_the_list_holds_and_each_thing_can_be_opened(
    standing_app: Litestar, story: str, sessions: dict[str, str]
) -> None:
    seen = set()
    for name in EVERYBODY:
        async with TakingBack(standing_app, story, sessions[name]) as browser:
            for href, label, count in TASK.findall((await browser.get("/")).text):
                page = (await browser.get(href)).text
                main = page.partition('<ul class="tasks">')[2].partition("</ul>")[0]
                rows = ROW.findall(main)
                assert (name, label, len(rows)) == (name, label, int(count))
                opened = [(row, (await browser.get(unescape(row))).status_code) for row in {*rows}]
                assert [one for one in opened if one[1] != 200] == []
                seen.add(label)
    assert seen == {label for waits in WAITS.values() for label, _count in waits}


async def test_every_kind_of_work_can_be_asked_and_its_whole_list_opened(
    standing_app: Litestar, story: str, sessions: dict[str, str], world: World
) -> None:
    for kind in KINDS.values():
        names = [name for name, role in EVERYBODY.items() if Role(role) in kind.roles]
        assert names, kind.label
        async with TakingBack(standing_app, story, sessions[names[0]]) as browser:
            answers = [(await browser.get(path)).status_code for path in (f"/waiting/{kind.key}", kind.href)]
        assert (kind.label, answers) == (kind.label, [200, 200])
        others = [name for name, role in EVERYBODY.items() if Role(role) not in kind.roles]
        async with TakingBack(standing_app, story, sessions[others[0]]) as browser:
            assert (await browser.get(f"/waiting/{kind.key}")).status_code == 404
