"""Whatever people typed is shown as it is, wherever it stands: percent signs, braces and markup; and a designation in it
bears its footnote."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from facility.db import Database
from facility.designations import all_footnotes
from facility.web import sheets
from tests.databases import database_at
from tests.hostile.blanks import blanks
from tests.hostile.conftest import NOBODY, Crowd, crowding, link_pages
from tests.hostile.forms import gets, posts
from tests.hostile.test_confidential import PART, whole_text
from tests.house.story import fill, may, objects
from tests.house.world import EVERYBODY, World

WORDS = " 20 % of {costs} {0} %(x)s %s <b data-planted> in Kosovo*"
# Every party is asked for something in each call.
ADDED = "UPDATE call SET form = jsonb_set(form, '{sections}', form -> 'sections' || CAST(:part AS jsonb))"
FORM = """
    UPDATE call SET
        form = CAST(regexp_replace(form::text, '"(title|label|hint)": "([^"]+)"', :form, 'g') AS jsonb),
        grid = CAST(regexp_replace(grid::text, '"(title)": "([^"]+)"', :form, 'g') AS jsonb)
"""
# A text that somebody typed has more than one word somewhere in the story; codes and keys have no spaces.
TEXTS = """
    SELECT table_name, column_name FROM information_schema.columns JOIN pg_tables ON tablename = table_name
    WHERE table_schema = 'public' AND schemaname = 'public' AND data_type IN ('text', 'character varying')
    AND is_generated = 'NEVER' AND table_name NOT IN ('event', 'mail', 'delivery')
"""


@pytest_asyncio.fixture(scope="module")
async def planted(server: str, story: str) -> AsyncIterator[str]:
    """A copy of the story in which every text has these words at its end."""
    url = await database_at(server, "words", of="story")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        await connection.execute(text(ADDED), {"part": msgspec.json.encode(PART).decode()})
        await connection.execute(text(FORM), {"form": rf'"\1": "\2{WORDS}"'})
        for table, column in (await connection.execute(text(TEXTS))).all():
            await _plant(connection, table, column)
    await engine.dispose()
    yield url


async def _plant(connection: Any, table: str, column: str) -> None:
    query = f'UPDATE "{table}" SET "{column}" = "{column}" || :words WHERE "{column}" LIKE \'% %\''
    try:
        async with connection.begin_nested():
            await connection.execute(text(query), {"words": WORDS})
    except DBAPIError:  # a choice that is written in words, or a text with no room left
        pass


type Answers = list[tuple[str, str, httpx.Response]]


@pytest_asyncio.fixture(scope="module")
async def readers(standing_app: Litestar, planted: str, sessions: dict[str, str]) -> AsyncIterator[Crowd]:
    """Of the copy."""
    async with crowding(standing_app, planted, sessions) as crowd:
        yield crowd


@pytest_asyncio.fixture(scope="module")
async def answers(standing_app: Litestar, readers: Crowd, world: World) -> Answers:
    """What stands at each route, as one person of each role gets it: route, path, answer."""
    collected = []
    for route, handler in gets(standing_app):
        for path, name in _places(world, route, handler).items():
            if not path.endswith("/stream"):
                collected.append((route.path_format, path, await readers[name].get(path)))
    for path in await _links(readers.db):
        for below in ("", "/part/part"):
            collected.append((f"/link/partner{below}", path, await readers[NOBODY].get(path + below)))
    return collected


def _wrong(answer: httpx.Response) -> bool:
    raw = "html" in answer.headers.get("content-type", "") and "<b data-planted" in answer.text
    return raw or answer.status_code >= 500


def _places(world: World, route: HTTPRoute, handler: HTTPRouteHandler) -> dict[str, str]:
    """What one person of each role may ask this route for, with their name."""
    sets = [ids for key, ids in objects(world).items() if key in ("draft", "judged", "awarded")]
    visits = {
        (role, _path(route, ids)): name
        for name, role in {"": "nobody", **EVERYBODY}.items()
        for ids in (sets if route.path_parameters else [{"reference": ""}])
        if name == "" or may(handler.opt["allow"], world, name, ids)
    }
    return {path: name for (_, path), name in visits.items()}


def _path(route: HTTPRoute, ids: dict[str, Any]) -> str:
    return re.sub(r"/part/ask\b", "/part/part", fill(route.path_format, ids))


def test_every_text_is_shown_as_it_was_typed(answers: Answers) -> None:
    """On pages and in documents."""
    assert sorted({f"{answer.status_code} {path}" for _, path, answer in answers if _wrong(answer)}) == []
    routes = {route for route, _, answer in answers if "&lt;b data-planted&gt;" in answer.text}
    assert {
        "/applications/{application_id}/part/{section}",
        "/link/partner",
        "/link/partner/part/part",
    } <= routes
    assert len(routes) > 60


async def test_every_text_is_shown_as_it_was_typed_when_a_form_comes_back(
    standing_app: Litestar, readers: Crowd, world: World
) -> None:
    """Where it is sent with nothing filled in."""
    wrong = set()
    for route, handler in posts(standing_app):
        for path, name in _places(world, route, handler).items():
            answer = await readers[name].send_form(path)
            if _wrong(answer):
                wrong.add(f"{answer.status_code} POST {path}")
    assert sorted(wrong) == []


def test_no_page_shows_a_trace_of_the_program(answers: Answers) -> None:
    """Where everything is there; `test_missing` looks where it is not."""
    pages = [answer for answer in answers if "html" in answer[2].headers.get("content-type", "")]
    assert sorted({f"{path}: {trace}" for path, _, answer in pages for trace in blanks(answer.text)}) == []


def test_no_designation_leaves_the_facility_without_its_footnote(answers: Answers) -> None:
    """By pages, documents, tables, feeds and calendars; a scenario is data to be read in."""
    bare = {route for route, _, answer in answers if not _noted(answer)}
    assert bare - {"/rehearsal/examples/{name}"} == set()
    kinds = {answer.headers.get("content-type") for _, _, answer in answers if _prints(whole_text(answer))}
    assert kinds >= {
        "text/html; charset=utf-8",
        "text/calendar; charset=utf-8",
        "application/atom+xml",
        "application/pdf",
        sheets.XLSX,
        f"{sheets.CSV}; charset=utf-8",
    }


def _noted(answer: httpx.Response) -> bool:
    words = whole_text(answer)
    return not _prints(words) or _plain(all_footnotes()) in _plain(words)


def _prints(words: str) -> bool:
    return re.search(r"Kosovo\*|\bXK\*", words) is not None


def _plain(words: str) -> str:
    """Without what paper, calendars and spreadsheets put between words."""
    return re.sub(r"[\s\\]", "", words)


async def _links(db: Database) -> list[str]:
    """Partners' links that are good."""
    links = [path for path in await link_pages(db) if path.startswith("/link/partner/")]
    assert links
    return links
