"""A small slice of the tests' own: notes that a person wrote, to try the guard and the transaction with."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from litestar import Litestar, Router, get, post
from sqlalchemy import text

from facility import rooms
from facility.app import create_app
from facility.db import Database
from facility.refused import Reason, Refused
from facility.web import public, static
from facility.web.access import ANYONE, SIGNED_IN, Role, Visitor, allow, on_denied, related, relation
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.stops import Wrong
from tests.browser import lent, living, settings_for

EXISTS = "EXISTS (SELECT FROM note WHERE note.id = :note_id)"
relation(
    "test.writer",
    sql="EXISTS (SELECT FROM note WHERE note.id = :note_id AND writer = :person_id)",
    exists=EXISTS,
)
relation(
    "test.house",
    sql="EXISTS (SELECT FROM note JOIN person ON person.id = writer"
    " WHERE note.id = :note_id AND person.institution_id = :institution_id)",
    exists=EXISTS,
)


async def leave_trace(db: Database, visitor: Visitor, params: Mapping[str, Any], now: datetime) -> None:
    """Writes down who tried."""
    async with db.transaction(now=now, actor=visitor.id) as tx:
        values = {"id": params["note_id"], "who": visitor.id}
        await tx.session.execute(text("INSERT INTO attempt (note_id, person_id) VALUES (:id, :who)"), values)


on_denied("test.writer", leave_trace)
NOTE = "/test/notes/{note_id:uuid}"


@get(NOTE, opt={"allow": allow(Role.SECRETARIAT, related("test.house"))})
async def show(view: View, read: Read, note_id: FromPath[UUID]) -> Page:
    """For the secretariat and the writer's institution."""
    words = (await read.execute(text("SELECT words FROM note WHERE id = :id"), {"id": note_id})).scalar()
    if words is None:
        raise Refused([Reason("not_found")], "missing")
    return view.download(words.encode(), "note.txt", "text/plain")


@get(
    NOTE + "/secret",
    opt={"allow": allow(Role.ASSESSOR.when("test.writer"), hidden=True)},
    sync_to_thread=False,
)
def secret(view: View, note_id: FromPath[UUID]) -> Page:
    """For assessors who wrote it; nobody else may know that it is there."""
    return view.download(b"secret", "note.txt", "text/plain")


@post(NOTE, opt={"allow": allow(SIGNED_IN)})
async def write(view: View, form: Form, tx: Tx, note_id: FromPath[UUID]) -> Page:
    """Writes first and looks at the form afterwards, so that a wrong one must roll back."""
    fields = Fields(form)
    words = fields.text("words", missing="Enter the words.", most=20)
    values = {"id": note_id, "writer": tx.actor, "words": words, "at": tx.now}
    await tx.session.execute(text("INSERT INTO note VALUES (:id, :writer, :words, :at)"), values)
    if words == "broken":
        raise ZeroDivisionError("personal words")
    try:
        fields.check()
    except Refused as refused:
        fields.refused(refused)
        page = view.page("errors/error.html", status=422, title="Wrong", sentences=[], code=422, number=None)
        raise Wrong(page) from None
    if words == "refused":
        raise Refused([Reason("form_forged"), Reason("nobody knows this code")], "conflict")
    return view.go("/help", "Written.")


@get("/test/anyone", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def anyone(view: View) -> Page:
    """Who is there."""
    return view.download((view.visitor.name if view.visitor else "nobody").encode(), "name.txt", "text/plain")


BASE = [static.router, public.router, Router("/", route_handlers=rooms.handlers("accounts"))]
TEST_ROUTER = Router("/", route_handlers=[show, secret, write, anyone])

TABLES = [
    "CREATE TABLE note (id uuid PRIMARY KEY, writer uuid, words text, at timestamptz)",
    # Speaks at the commit only, like a constraint that somebody else's commit breaks.
    "ALTER TABLE note ADD CONSTRAINT once UNIQUE (words) DEFERRABLE INITIALLY DEFERRED",
    "CREATE TABLE attempt (note_id uuid, person_id uuid)",
]


async def _run(db: Database, statements: list[str]) -> None:
    async with db.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest_asyncio.fixture(scope="session")
async def app_with_notes(
    shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Litestar]:
    """The web core, accounts and the small slice, made once."""
    db = Database(shared_database)
    settings = settings_for(shared_database, tmp_path_factory.mktemp("data"))
    async with living(create_app(settings, db, routers=[*BASE, TEST_ROUTER], freeze=False)) as made:
        yield made
    await db.dispose()


@pytest_asyncio.fixture
async def app(app_with_notes: Litestar, db: Database) -> AsyncIterator[Litestar]:
    """The app with the small slice on the test's database, which has its tables for as long."""
    await _run(db, TABLES)
    yield lent(app_with_notes, db)
    await _run(db, ["DROP TABLE note", "DROP TABLE attempt"])


async def notes(db: Database) -> list[str]:
    """What is written."""
    async with db.reader() as connection:
        return list((await connection.execute(text("SELECT words FROM note ORDER BY words"))).scalars())
