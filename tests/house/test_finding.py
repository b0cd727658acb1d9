"""The search over the demo story: everybody finds what they may open, and nothing else."""

import re
from html import unescape
from typing import Any

import pytest
from litestar import Litestar

from facility.applications.rules.sealing import is_sealed
from facility.web.access import Role
from facility.web.finding import KINDS, LONGEST
from tests.browser import Browsers, states
from tests.house.story import TakingBack
from tests.house.world import EVERYBODY, TakesBack, World

RESULT = re.compile(
    r'<section data-group="([^"]+)">|<li><a href="([^"]+)">([^<]*)</a><span class="[^"]+">([^<]*)</span></li>'
)


def results(text: str) -> dict[str, list[tuple[str, str]]]:
    """Of each group the addresses and titles, in order."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, href, title, _about in RESULT.findall(text):
        if group:
            rows = groups.setdefault(group, [])
        else:
            rows.append((unescape(href), unescape(title)))
    return groups


def may_find(world: World, name: str, row: Any) -> bool:
    """Worked out anew from rows: received and opened for staff; taking part; or given to assess, without a conflict."""
    role, person = EVERYBODY[name], world.people[name]
    if role in ("secretariat", "authorising", "commission", "auditor"):
        return row.received_at is not None and not is_sealed(row.track, row.opened_at)
    if role == "officer":
        return any(
            party.application_id == row.id
            and party.institution_id == person.institution_id
            and party.left_at is None
            and party.confirmation != "declined"
            for party in world.rows["party"]
        )
    conflicts = {(c.application_id, c.assessor_id) for c in world.rows["conflict_declaration"] if c.conflict}
    return (row.id, person.id) not in conflicts and any(
        given.application_id == row.id and given.assessor_id == person.id and given.ended_at is None
        for given in world.rows["assignment"]
    )


@pytest.mark.parametrize("name", EVERYBODY)
async def test_an_application_is_found_by_whoever_may_read_it_and_by_nobody_else(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World, name: str
) -> None:
    known = [row for row in world.applications.values() if row.title]
    assert {is_sealed(row.track, row.opened_at) for row in known if row.received_at} == {True, False}
    wrong = []
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        for row in known:
            by_reference = (await browser.get("/search", params={"q": row.reference})).text
            by_title = (await browser.get("/search", params={"q": row.title[:LONGEST]})).text
            found_by = [str(row.id) in text for text in (by_reference, by_title)]
            if found_by != [may_find(world, name, row)] * 2:
                wrong.append((row.reference, found_by))
    assert wrong == []


@pytest.mark.parametrize("name", EVERYBODY)
async def test_what_is_done_under_an_award_is_found_by_whoever_may_open_it_and_by_nobody_else(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World, name: str
) -> None:
    known = {
        f"/{place}/{row.id}": row
        for place, table in (("activities", "activity"), ("deployments", "deployment"))
        for row in world.rows[table]
    }
    wrong = []
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        for href, row in known.items():
            found_by = (await browser.get("/search", params={"q": row.reference})).text
            if (f'href="{href}"' in found_by) != ((await browser.get(href)).status_code == 200):
                wrong.append(row.reference)
    assert len(known) > 5
    assert wrong == []


def asked_for(world: World, request: Any) -> list[Any]:
    """The activities that a request is for: the one whose lead asked for it, and those of its award on its days."""
    named = {wish.activity_id for wish in world.rows["wish"] if wish.id == request.wish_id}
    return [
        activity
        for activity in world.rows["activity"]
        if activity.id in named
        or (
            activity.award_id == request.award_id
            and activity.starts_on <= request.ends_on
            and request.starts_on <= activity.ends_on
        )
    ]


@pytest.mark.parametrize("name", [name for name, role in EVERYBODY.items() if role == "officer"])
async def test_an_officer_finds_by_a_request_for_experts_the_activity_on_whose_page_it_stands(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World, name: str
) -> None:
    wanted, listed = {}, {}
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        for request in world.rows["deployment"]:
            pages = [f"/activities/{activity.id}" for activity in asked_for(world, request)]
            wanted[request.reference] = {
                page for page in pages if (await browser.get(page)).status_code == 200
            }
            text = (await browser.get("/search", params={"q": request.reference})).text
            listed[request.reference] = {href for rows in results(text).values() for href, _title in rows}
    assert listed == wanted
    assert any(wanted.values()) == (name != "Jelena Petrović")


@pytest.mark.parametrize("name", EVERYBODY)
async def test_every_result_leads_to_a_page_that_its_reader_may_open(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World, name: str
) -> None:
    groups: set[str] = set()
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        for words in ("taf 2026", "taf 2025", "police", "joint", "a", "er", "ma", "prosec", "x0"):
            text = (await browser.get("/search", params={"q": words})).text
            assert not re.search(r"·\s*</span>", text)
            for group, rows in results(text).items():
                groups.add(group)
                opened = {href: (await browser.get(href)).status_code for href, _ in rows}
                assert set(opened.values()) == {200}, (words, opened)
                assert len(opened) == len(rows)
    assert groups == {
        str(kind.label) for kind in KINDS if Role(EVERYBODY[name]) in kind.roles
    } - NOTHING_OF.get(name, set())


# Of what the story has none for these people.
NOTHING_OF = {
    "Jelena Petrović": {"Activities", "Complaints"},
    "Omar Hoxha": {"Complaints"},
    "Arta Krasniqi": {"Complaints"},
}


async def test_who_is_not_signed_in_has_no_search(browse: Browsers) -> None:
    nobody = await browse()
    answer = await nobody.get("/search?q=police")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert "/search" not in (await nobody.get("/calls")).text


STRANGE = ("", "   ", "%", "'\"--;", "‏‎‮", "x", "_", "\\", "{application}", ":typed", "%%", "<script>")


async def test_strange_input_gets_a_page_that_says_what_to_type(
    standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str]
) -> None:
    async with TakingBack(standing_app, untouched, sessions["Ada Berisha"]) as browser:
        answers = {words: await browser.get("/search", params={"q": words}) for words in STRANGE}
        long = await browser.get("/search", params={"q": "a" * 10_000})
        nul = await browser.get("/search?q=pol%00ice")
    few = {words for words, answer in answers.items() if states(answer) == ["no-words"]}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert few == {"", "   ", "%", "'\"--;", "‏‎‮", "x", "_", "\\", "%%"}
    assert (long.status_code, states(long), nul.status_code) == (422, ["too-long"], 400)
    assert len(long.content) < 20_000
    assert "<script>" not in answers["<script>"].text.replace("<script {{", "").partition("<main")[2]
