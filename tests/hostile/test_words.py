"""Whatever people typed is shown as it is, wherever it stands: percent signs, braces and markup."""

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
from facility.outbox.links import token_of
from tests.hostile.conftest import NOBODY, Crowd, Watched
from tests.hostile.forms import gets, posts
from tests.hostile.test_confidential import PART
from tests.house.story import fill, may, objects
from tests.house.world import EVERYBODY, World

WORDS = " 20 % of {costs} {0} %(x)s %s <b data-planted>"
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
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE words TEMPLATE story"))
    await engine.dispose()
    url = story.replace("/story?", "/words?")
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


def _wrong(answer: httpx.Response) -> bool:
    raw = "html" in answer.headers.get("content-type", "") and "<b data-planted" in answer.text
    return raw or answer.status_code >= 500


def _places(world: World, route: HTTPRoute, handler: HTTPRouteHandler) -> dict[str, str]:
    """What one person of each role may ask this route for, with their name."""
    sets = [ids for key, ids in objects(world).items() if key in ("draft", "judged", "awarded")]
    found = {
        (role, _path(route, ids)): name
        for name, role in {"": "nobody", **EVERYBODY}.items()
        for ids in (sets if route.path_parameters else [{"reference": ""}])
        if name == "" or may(handler.opt["allow"], world, name, ids)
    }
    return {path: name for (_, path), name in found.items()}


def _path(route: HTTPRoute, ids: dict[str, Any]) -> str:
    return re.sub(r"/part/ask\b", "/part/part", fill(route.path_format, ids))


async def test_every_text_is_shown_as_it_was_typed(
    standing_app: Litestar, planted: str, sessions: dict[str, str], world: World
) -> None:
    """On pages and in documents, and in the answers to forms that are not filled in."""
    crowd = Crowd(standing_app, Watched(planted), sessions)
    wrong, shown = set(), set()
    for route, handler in gets(standing_app):
        for path, name in _places(world, route, handler).items():
            if not path.endswith("/stream"):
                answer = await crowd[name].get(path)
                if _wrong(answer):
                    wrong.add(f"{answer.status_code} {path}")
                if "&lt;b data-planted&gt;" in answer.text:
                    shown.add(route.path_format)
    for route, handler in posts(standing_app):
        for path, name in _places(world, route, handler).items():
            answer = await crowd[name].send_form(path)
            if _wrong(answer):
                wrong.add(f"{answer.status_code} POST {path}")
    for path in await _links(crowd.db):
        for below in ("", "/part/part"):
            answer = await crowd[NOBODY].get(path + below)
            if _wrong(answer):
                wrong.add(f"{answer.status_code} /link/partner/…{below}")
            if "&lt;b data-planted&gt;" in answer.text:
                shown.add(f"/link/partner{below}")
    await crowd.leave()
    assert sorted(wrong) == []
    assert {
        "/applications/{application_id}/part/{section}",
        "/link/partner",
        "/link/partner/part/part",
    } <= shown
    assert len(shown) > 60


async def _links(db: Database) -> list[str]:
    """Partners' links that are good."""
    async with db.reader() as connection:
        rows = await connection.execute(
            text("SELECT * FROM link WHERE purpose = 'partner' AND used_at IS NULL AND revoked_at IS NULL")
        )
        found = [f"/link/partner/{token_of(row.id, row.nonce)}" for row in rows]
    assert found
    return found
