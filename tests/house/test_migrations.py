"""Migrations, up and down, and equal to what the models say."""

import ast
import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from facility import migrate, schema
from facility.db import Base
from tests.databases import database_at, run

# Everything that a schema is made of, one line each, whichever way it came about.
_SHAPE = text(
    """
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
           || coalesce(numeric_precision::text, '') || coalesce(column_default, '') || is_identity AS line
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """
)


@pytest_asyncio.fixture
async def empty(server: str) -> AsyncIterator[str]:
    """The address of an empty database."""
    name = f"empty_{uuid4().hex[:8]}"
    yield await database_at(server, name)
    await run(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _shape(url: str) -> list[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = await connection.execute(_SHAPE)
        lines = [" ".join(row.line.split()) for row in rows]
    await engine.dispose()
    # Alembic's own table, and the one that the tests of read models keep in the database they share.
    return sorted(line for line in lines if "alembic_version" not in line and "test_bell" not in line)


async def test_migrations_give_what_the_models_say_and_can_be_taken_back(empty: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty)
    migrated = await _shape(empty)
    await asyncio.to_thread(migrate.downgrade, empty)
    assert await _shape(empty) == []
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        await schema.create_all(connection)
    assert await _shape(empty) == migrated
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    await asyncio.to_thread(migrate.upgrade, empty)
    assert len(await _shape(empty)) > 100


def test_every_table_is_somebodys() -> None:
    """load_models finds every table that the metadata holds: a model outside `models.py` would be forgotten."""
    schema.load_models()
    assert {"event", "application", "ledger_entry", "joint_activity"} <= set(Base.metadata.tables)


_EVENT = "00000000-0000-0000-0000-000000000001"
_BEFORE_ADMISSION = (
    f"""INSERT INTO event (id, kind, subject, subject_id, version, due_at, recorded_at, correlation_id, data, previous_hash,
        hash) VALUES ('{_EVENT}', 'AdmissibilityChecked', 'application', '{_EVENT}', 1, now(), now(), '{_EVENT}', '{{}}', '', '')""",
    f"""INSERT INTO delivery (event_id, reaction, state, attempts, next_attempt_at)
        SELECT '{_EVENT}', reaction, 'waiting', 0, now() FROM unnest(ARRAY['applications.reactions.overlap.keep_what_is_admitted',
        'applications.reactions.letters.send_the_receipt']) AS reaction""",
    """INSERT INTO mail (id, template, to_address, to_name, subject, context, attachments, state, attempts, created_at,
        next_attempt_at) SELECT gen_random_uuid(), template, 'omar@example.org', 'Omar', 'On', '{}', '[]', 'sent', 1, now(), now()
        FROM unnest(ARRAY['applications/clarify', 'applications/receipt']) AS template""",
)


async def test_stored_names_follow_their_room(empty: str) -> None:
    """What waits to be delivered finds its reaction, and a letter that was written its text, after both have moved."""
    await asyncio.to_thread(migrate.upgrade, empty, "0030")
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        for statement in _BEFORE_ADMISSION:
            await connection.execute(text(statement))
    await asyncio.to_thread(migrate.upgrade, empty, "0031")
    assert await _names(engine) == {
        "admission.reactions.overlap.keep_what_is_admitted",
        "applications.reactions.letters.send_the_receipt",
        "admission/clarify",
        "applications/receipt",
    }
    await asyncio.to_thread(migrate.downgrade, empty, "0030")
    assert await _names(engine) == {
        "applications.reactions.overlap.keep_what_is_admitted",
        "applications.reactions.letters.send_the_receipt",
        "applications/clarify",
        "applications/receipt",
    }
    await engine.dispose()


async def _names(engine: AsyncEngine) -> set[str]:
    return await _column(engine, "SELECT reaction FROM delivery UNION SELECT template FROM mail")


_BRANCHES = ("Border  guard", "prosecutor", "Fire brigade", "")


async def test_branches_of_experts_become_those_of_a_list_and_texts_again(empty: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty, "0096")
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        for number, branch in enumerate(_BRANCHES):
            await connection.execute(
                text("""INSERT INTO expert (id, code, name, search_key, email, country, branch, deployments_12m, past_deployments,
                    active, version, registered_at)
                VALUES (gen_random_uuid(), :code, '', '', :code, 'IT', :branch, 0, '', true, 1, now())"""),
                {"code": f"X{number}", "branch": branch},
            )
        await connection.execute(
            text("""INSERT INTO candidacy (id, state, email, name, authority, nominator, nominator_email, profile, created_at, reason)
                VALUES (gen_random_uuid(), 'waiting', '', '', '', '', '', '{"branch": "Analyst"}', now(), '')""")
        )
    await asyncio.to_thread(migrate.upgrade, empty, "0097")
    stored = "SELECT coalesce(branch, '-') || ' ' || branch_other FROM expert"
    assert await _column(engine, stored) == {"border_guard ", "prosecution ", "other Fire brigade", "- "}
    assert await _column(engine, "SELECT profile ->> 'branch' FROM candidacy") == {"analysis"}
    await asyncio.to_thread(migrate.downgrade, empty, "0096")
    assert await _column(engine, "SELECT branch FROM expert") == {
        "border guard",
        "prosecution",
        "Fire brigade",
        "",
    }
    await engine.dispose()


_OF_A_CANDIDATE_AND_AN_EXPERT = (
    """INSERT INTO candidacy (id, state, email, name, authority, nominator, nominator_email, profile, created_at, reason)
        VALUES (gen_random_uuid(), 'waiting', '', '', '', '', '', '{}', now(), '')""",
    """INSERT INTO expert (id, code, name, search_key, email, country, deployments_12m, past_deployments, active, version,
        registered_at) VALUES (gen_random_uuid(), 'X1', '', '', '', 'IT', 0, '', true, 1, now())""",
    """INSERT INTO expert_document (id, candidacy_id, expert_id, name, kind, size, sha256, virus_scan, unread, uploaded_at)
        SELECT gen_random_uuid(), candidacy.id, CASE title WHEN 'theirs' THEN expert.id END, title, 'pdf', 1, title, 'clean', 0, now()
        FROM candidacy, expert, unnest(ARRAY['theirs', 'waits']) AS title""",
)


async def test_documents_of_candidates_go_with_their_column_and_those_of_experts_stay(empty: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty, "0103")
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        for statement in _OF_A_CANDIDATE_AND_AN_EXPERT:
            await connection.execute(text(statement))
    await asyncio.to_thread(migrate.downgrade, empty, "0102")
    assert await _column(engine, "SELECT name FROM expert_document") == {"theirs"}
    await engine.dispose()


_LETTERS_OF_TWO_ROOMS = (
    f"""INSERT INTO letter (id, application_id, kind, data, created_at)
        SELECT gen_random_uuid(), '{_EVENT}', kind, '{{}}', now() FROM unnest(ARRAY['reserve', 'award']) AS kind""",
    f"""INSERT INTO decision_letter (id, application_id, kind, event_id, data, created_at)
        SELECT gen_random_uuid(), '{_EVENT}', 'inadmissible', gen_random_uuid(), '{{}}', now() FROM generate_series(1, 2)""",
)


async def test_letters_of_two_rooms_become_one_and_part_again(empty: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty, "0043")
    # Without foreign keys: the application that they are about is none of this test's concern.
    name = re.search(r"/(empty_\w+)\?", empty)
    assert name
    await run(empty, f"ALTER DATABASE {name[1]} SET session_replication_role = replica")
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        for statement in _LETTERS_OF_TWO_ROOMS:
            await connection.execute(text(statement))
    both = "SELECT id::text || kind FROM letter UNION SELECT id::text || kind FROM decision_letter"
    written = await _column(engine, both)
    await asyncio.to_thread(migrate.upgrade, empty, "0044")
    assert await _column(engine, "SELECT id::text || kind FROM letter") == written
    assert len(await _column(engine, "SELECT event_id::text FROM letter WHERE event_id IS NOT NULL")) == 2
    await asyncio.to_thread(migrate.downgrade, empty, "0043")
    assert await _column(engine, both) == written
    assert await _column(engine, "SELECT kind FROM letter") == {"reserve", "award"}
    await engine.dispose()


async def _column(engine: AsyncEngine, query: str) -> set[str]:
    async with engine.connect() as connection:
        return set((await connection.execute(text(query))).scalars())


KEYS = {"facility.folding", "facility.admission.rules.overlap"}
"""What makes the keys of searches: a migration fills them by the code that will compare them."""


def test_a_migration_stands_alone() -> None:
    """What the application says to-day is not what it said when the migration was written."""
    imported = {
        module
        for path in Path("migrations/versions").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for module in _modules(node)
    }
    assert {module for module in imported if module.startswith("facility")} == KEYS


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
