"""The start page tells everybody in the demo story what waits for them."""

import re

from litestar import Litestar

from tests.house.story import TakingBack
from tests.house.world import EVERYBODY

TASK = re.compile(r'<a href="([^"]+)">([^<]+)</a> <span class="status status--wait">(\d+)</span>')
WAITS = {
    "Ada Berisha": [
        ("/staff/questions", "Questions on calls to answer", 1),
        ("/evaluation", "Applications whose admissibility is to be checked", 1),
        ("/applications/received", "Clarifications that were answered", 1),
        ("/evaluation", "Closed calls to be opened by two people", 1),
        ("/urgent", "Urgent applications to decide", 1),
        ("/activities?status=completed", "Activities that somebody reported, to verify", 1),
    ],
    "Paul Weber": [
        ("/applications/received?status=submitted&amp;track=exception", "Exceptions to decide", 2),
        ("/evaluation", "Closed calls to be opened by two people", 1),
        ("/urgent", "Urgent applications to decide", 1),
    ],
    "Omar Hoxha": [
        ("/applications?status=draft", "Applications that wait for your answer", 1),
        ("/applications?status=draft", "Drafts of yours that can still be submitted", 1),
    ],
    "Arta Krasniqi": [("/applications?status=draft", "Applications that wait for your answer", 1)],
}


async def test_everybody_is_told_what_waits(
    standing_app: Litestar, story: str, sessions: dict[str, str]
) -> None:
    for name in EVERYBODY:
        async with TakingBack(standing_app, story, sessions[name]) as browser:
            page = (await browser.get("/")).text
        found = [(href, label, int(count)) for href, label, count in TASK.findall(page)]
        assert (name, sorted(found)) == (name, sorted(WAITS.get(name, [])))
