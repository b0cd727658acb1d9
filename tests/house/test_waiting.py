"""The start page shows everybody in the demo story what they can do now, and what waits for others."""

import re
from html import unescape

from litestar import Litestar

from facility.web.access import Role
from facility.web.waiting import KINDS
from tests.browser import work
from tests.house.story import TakingBack
from tests.house.world import EVERYBODY, TakesBack, World

GROUP = re.compile(r'<section data-group="(\w+)">(.*?)</section>', re.DOTALL)
ROW = re.compile(r'<li data-work="([\w-]+)"><a href="([^"]+)">([^<]+)</a>')
WORK = {
    "Ada Berisha": {
        "soon": ["closed-calls-to-be-opened-by-two-people"],
        "later": [
            "questions-on-calls-to-answer",
            "gaps-in-the-stand-by-rota",
            "complaints-to-decide",
            "awards-whose-agreement-is-to-be-signed",
            "pay-of-experts-to-confirm",
            "reported-activities-to-verify",
            "possible-conflicts-of-interests-to-decide",
            "applications-whose-admissibility-is-to-be-checked",
            "clarifications-that-were-answered",
            "candidates-for-the-pool-of-experts",
        ],
        "others": ["urgent-applications-to-decide"]
        + ["experts-who-are-asked"] * 2
        + ["consultees-who-are-asked", "your-drafts-of-calls"],
    },
    "Paul Weber": {
        "soon": ["closed-calls-to-be-opened-by-two-people"],
        "later": [
            "committees-to-appoint",
            "awards-whose-agreement-is-to-be-signed",
            *["exceptions-to-decide"] * 2,
        ],
        "others": ["urgent-applications-to-decide"],
    },
    "Omar Hoxha": {
        "later": [
            "your-drafts-that-can-still-be-submitted",
            "applications-to-confirm-or-decline",
            "changes-that-partners-have-requested",
            "missions-to-give-feedback-on",
        ],
        "others": ["drafts-that-partners-have-to-confirm", "applications-that-are-being-examined"],
    },
    "Jelena Petrović": {"later": ["awards-without-an-activity"]},
    "Arta Krasniqi": {
        "later": ["applications-to-confirm-or-decline"],
        "others": ["applications-that-are-being-examined"] * 3,
    },
}


async def test_everybody_sees_their_work_by_how_it_presses(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    for name, role in EVERYBODY.items():
        async with TakingBack(standing_app, untouched, sessions[name]) as browser:
            page = await browser.get("/")
        if role in ("commission", "auditor"):
            assert (page.status_code, page.headers["location"]) == (303, "/commission")
            continue
        groups: dict[str, list[str]] = {}
        for group, rows in GROUP.findall(page.text):
            # The story's deadlines lie a week ahead, on working days: by the hour and the weekday a little less or more.
            groups.setdefault("later" if group == "week" else group, []).extend(work(rows))
        assert (name, groups) == (name, WORK.get(name, {}))
        assert ("You have nothing to do now" in page.text) == (set(groups) <= {"others"})


async def test_each_row_leads_to_where_it_is_done_and_stands_in_the_list_of_its_kind(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    for name in WORK:
        async with TakingBack(standing_app, untouched, sessions[name]) as browser:
            rows = ROW.findall((await browser.get("/")).text)
            for key in {key for key, _href, _act in rows}:
                listed = ROW.findall((await browser.get(f"/waiting/{key}")).text)
                assert listed == [row for row in rows if row[0] == key]
            opened = {href: (await browser.get(unescape(href))).status_code for _key, href, _act in rows}
            assert set(opened.values()) == {200}, (name, opened)


async def test_work_of_one_call(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    async with TakingBack(standing_app, untouched, sessions["Ada Berisha"]) as browser:
        page = (await browser.get("/")).text
        assert 'href="/?call=TAF-2026-06/U1"' in page
        assert work(await browser.get("/?call=TAF-2026-06/U1")) == [
            "closed-calls-to-be-opened-by-two-people",
            "urgent-applications-to-decide",
        ]
        assert work(await browser.get("/?call=nothing%00")) == []
        # What the page asks for when something has happened.
        part = await browser.get("/", headers={"hx-request": "true"})
        assert (work(part), "<html" in part.text) == (work(page), False)


async def test_every_kind_of_work_can_be_asked_and_its_whole_list_opened(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World
) -> None:
    for kind in KINDS.values():
        names = [name for name, role in EVERYBODY.items() if Role(role) in kind.roles]
        assert names, kind.label
        async with TakingBack(standing_app, untouched, sessions[names[0]]) as browser:
            answers = [(await browser.get(path)).status_code for path in (f"/waiting/{kind.key}", kind.href)]
        assert (kind.label, answers) == (kind.label, [200, 200])
        others = [name for name, role in EVERYBODY.items() if Role(role) not in kind.roles]
        async with TakingBack(standing_app, untouched, sessions[others[0]]) as browser:
            assert (await browser.get(f"/waiting/{kind.key}")).status_code == 404
