"""What is optional and missing leaves no trace on a page: no word of a program, no heading without words, no stray sign."""

from collections.abc import AsyncIterator

import pytest_asyncio
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from facility.outbox.links import token_of
from tests.hostile.blanks import blanks
from tests.hostile.conftest import NOBODY, Crowd, Watched
from tests.hostile.forms import gets
from tests.house.story import fill, may, objects
from tests.house.world import EVERYBODY, World

# What may be NULL, but for what says how far something is (instants, outcomes, who signed) and what is frozen.
OPTIONAL = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN pg_tables ON tablename = c.table_name AND schemaname = c.table_schema
    WHERE c.table_schema = 'public' AND c.is_nullable = 'YES' AND c.data_type <> 'uuid'
    AND c.table_name NOT IN ('event', 'projection', 'delivery', 'failed_step', 'beneficiary', 'ranking_entry', 'award_life')
    AND c.column_name !~ '_at$|outcome$|^(end_kind|batch|submission|fingerprint|minutes|decided_line|decide_within_hours|confirmed_version|signatory_name|signatory_function|seal)$'
    AND (c.table_name, c.column_name) <> ('joint_activity', 'reason')
"""
# Texts that a form lets be empty.
EMPTY = {
    "institution": ("own_name", "abbreviation"),
    "expert": ("past_deployments",),
    "party": ("contact_name",),
    "initiative": ("text",),
    "deployment": ("order_reason",),
    "invitation": ("reason",),
    "consultation": ("question",),
    "clarification": ("value", "answer"),
    "admissibility_check": ("reason",),
    "mail": ("to_name",),
    "unit_cost": ("reason",),
}
# What there may be none of, and what goes together.
NONE = (
    "DELETE FROM expert_language",
    "DELETE FROM expert_theme",
    "DELETE FROM expert_conflict",
    "DELETE FROM planned_people",
    "DELETE FROM budget_line",
    "DELETE FROM signatory",
    "DELETE FROM former_name",
    "UPDATE call SET questions_until = NULL, answers_until = NULL",
    "UPDATE call SET text = '' WHERE state = 'draft'",
)


@pytest_asyncio.fixture(scope="module")
async def bare(server: str, story: str) -> AsyncIterator[str]:
    """A copy of the story in which everything that is optional is missing."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE bare TEMPLATE story"))
    await engine.dispose()
    url = story.replace("/story?", "/bare?")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        for table, column in (await connection.execute(text(OPTIONAL))).all():
            await _try(connection, f'UPDATE "{table}" SET "{column}" = NULL')
        for table, columns in EMPTY.items():
            for column in columns:
                await connection.execute(text(f"UPDATE {table} SET {column} = ''"))
        for statement in NONE:
            await connection.execute(text(statement))
    await engine.dispose()
    yield url


async def _try(connection: AsyncConnection, statement: str) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(text(statement))
    except DBAPIError:  # a check says that it can't be missing there
        pass


async def test_what_is_missing_leaves_no_trace(
    standing_app: Litestar, bare: str, sessions: dict[str, str], world: World
) -> None:
    """On every page, as everybody who may read it."""
    crowd, found = Crowd(standing_app, Watched(bare), sessions), set()
    for route, handler in gets(standing_app):
        for path, name in _places(world, route, handler):
            answer = await crowd[name].get(path)
            if answer.status_code >= 500:
                found.add(f"{answer.status_code} {route.path_format} as {name}")
            if answer.headers.get("content-type", "").startswith("text/html"):
                found |= {f"{route.path_format}: {one}" for one in blanks(answer.text)}
    for path in await _links(crowd):
        answer = await crowd[NOBODY].get(path)
        found |= {f"/link/{path.split('/')[2]}: {one}" for one in blanks(answer.text)}
    await crowd.leave()
    assert sorted(found) == []


def _places(world: World, route: HTTPRoute, handler: HTTPRouteHandler) -> list[tuple[str, str]]:
    """What one person of each role may ask this route for."""
    if route.path_format.endswith("/stream"):
        return []
    sets = [ids for key, ids in objects(world).items() if key in ("draft", "judged", "awarded", "foreign")]
    found = {
        (role, fill(route.path_format, ids)): name
        for name, role in {NOBODY: "nobody", **EVERYBODY}.items()
        for ids in (sets if route.path_parameters else [{"reference": ""}])
        if name == NOBODY or may(handler.opt["allow"], world, name, ids)
    }
    return [(path, name) for (_, path), name in found.items()]


async def _links(crowd: Crowd) -> list[str]:
    """All that are good."""
    async with crowd.db.reader() as connection:
        rows = await connection.execute(
            text("SELECT * FROM link WHERE used_at IS NULL AND revoked_at IS NULL")
        )
        return [f"/link/{row.purpose}/{token_of(row.id, row.nonce)}" for row in rows]
