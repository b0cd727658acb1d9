"""What is optional and missing leaves no trace on a page: no word of a program, no heading without words, no stray sign."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from facility.db import Database
from facility.outbox.models import Mail
from facility.outbox.sender import text_of
from tests.databases import database_at
from tests.hostile.blanks import blanks, program_words
from tests.hostile.conftest import NOBODY, crowding, link_pages
from tests.hostile.forms import gets
from tests.hostile.test_confidential import read_out
from tests.house.story import fill, may, objects
from tests.house.world import EVERYBODY, World

# What may be NULL, but for what says how far something is (instants, outcomes, who signed) and what is frozen.
OPTIONAL = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN pg_tables ON tablename = c.table_name AND schemaname = c.table_schema
    WHERE c.table_schema = 'public' AND c.is_nullable = 'YES' AND c.data_type <> 'uuid'
    AND c.table_name NOT IN ('event', 'projection', 'delivery', 'failed_step', 'beneficiary', 'ranking_entry', 'award_life')
    AND c.column_name !~ '_at$|outcome$|^(end_kind|batch|submission|fingerprint|minutes|decided_line|decide_within_hours|confirmed_version|signatory_name|signatory_function)$'
    AND (c.table_name, c.column_name) <> ('joint_activity', 'reason')
"""
# Documents that people have sent in are shown as they came.
_SENT_IN = ("{document_id}", "{evidence_id}")
# Texts that a form lets be empty.
EMPTY = {
    "institution": ("own_name", "abbreviation"),
    "expert": ("past_deployments",),
    "party": ("contact_name",),
    "initiative": ("text",),
    "deployment": ("order_reason", "terms_of_reference", "contact_phone"),
    "invitation": ("reason", "colleague"),
    "mission_report": ("recommendations", "comment"),
    "consultation": ("question",),
    "clarification": ("value", "answer"),
    "admissibility_check": ("reason",),
    "mail": ("to_name",),
    "unit_cost": ("reason",),
}
# What there may be none of, and what goes together.
NONE = (
    "DELETE FROM expert_language_skill",
    "DELETE FROM expert_language",
    "UPDATE expert SET branch = NULL, branch_other = ''",
    "DELETE FROM expert_theme",
    "DELETE FROM expert_conflict",
    "DELETE FROM planned_people",
    "DELETE FROM budget_line",
    "DELETE FROM signatory",
    "DELETE FROM former_name",
    "UPDATE call SET questions_until = NULL, answers_until = NULL",
    "UPDATE call SET text = '' WHERE state = 'draft'",
    "UPDATE deployment SET contact_name = '', contact_email = ''",
)


@pytest_asyncio.fixture(scope="module")
async def bare(server: str, story: str) -> AsyncIterator[str]:
    """A copy of the story in which everything that is optional is missing."""
    url = await database_at(server, "bare", of="story")
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
    traces = set()
    async with crowding(standing_app, bare, sessions) as crowd:
        for route, handler in gets(standing_app):
            for path, name in _places(world, route, handler):
                answer = await crowd[name].get(path)
                traces |= {f"{route.path_format}: {trace}" for trace in _traces(route, answer)}
        for path in await link_pages(crowd.db):
            answer = await crowd[NOBODY].get(path)
            traces |= {f"/link/{path.split('/')[2]}: {trace}" for trace in blanks(answer.text)}
    assert not traces, "\n".join(sorted(traces))


def _traces(route: HTTPRoute, answer: httpx.Response) -> list[str]:
    """Of a program in a page, or in a document that the product has made."""
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 500:
        return [str(answer.status_code)]
    if kind.startswith("text/html"):
        return blanks(answer.text)
    if kind == "application/pdf" and not route.path_format.endswith(_SENT_IN):
        return program_words(read_out(answer))
    return []


async def test_no_mail_says_what_is_missing(standing_app: Litestar, bare: str) -> None:
    """All that the story has sent."""
    templates, db = standing_app.state.renderer.environment, Database(bare)
    async with db.reader() as connection:
        mails = (await connection.execute(select(Mail.template, Mail.context))).all()
    await db.dispose()
    traces = {
        f"{mail.template}: {word}"
        for mail in mails
        for word in program_words(
            text_of(templates, mail.template, mail.context, to_name="", url="/link/x/y", base_url="")
        )
    }
    assert len({mail.template for mail in mails}) > 10
    assert not traces, "\n".join(sorted(traces))


def _places(world: World, route: HTTPRoute, handler: HTTPRouteHandler) -> list[tuple[str, str]]:
    """What one person of each role may ask this route for."""
    if route.path_format.endswith("/stream"):
        return []
    sets = [ids for key, ids in objects(world).items() if key in ("draft", "judged", "awarded", "foreign")]
    visits = {
        (role, fill(route.path_format, ids)): name
        for name, role in {NOBODY: "nobody", **EVERYBODY}.items()
        for ids in (sets if route.path_parameters else [{"reference": ""}])
        if name == NOBODY or may(handler.opt["allow"], world, name, ids)
    }
    return [(path, name) for (_, path), name in visits.items()]
