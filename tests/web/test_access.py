"""The guard: each way to be allowed, and what those who may not are told."""

from uuid import UUID, uuid4

import pytest
from litestar import Litestar, Router, asgi, get
from litestar.exceptions import ImproperlyConfiguredException
from sqlalchemy import event, text

from facility.app import create_app
from facility.db import Database
from facility.settings import Settings
from facility.web.access import ANYONE, Role, allow, related, relation
from facility.web.guard import describe
from facility.web.handler import Read, Tx
from tests.browser import Browsers
from tests.cast import Cast
from tests.web.notes import BASE


async def write_note(db: Database, writer: UUID, words: str = "words") -> UUID:
    note_id = uuid4()
    async with db.engine.begin() as connection:
        values = {"id": note_id, "writer": writer, "words": words}
        await connection.execute(text("INSERT INTO note VALUES (:id, :writer, :words)"), values)
    return note_id


@pytest.mark.parametrize(
    ("who", "own", "foreign", "missing"),
    [
        ("ada", 200, 200, 404),
        ("omar", 200, 403, 404),
        ("arta", 403, 200, 404),
        ("elena", 403, 403, 404),
        ("root", 403, 403, 404),
        (None, 303, 303, 303),
    ],
)
async def test_a_role_or_a_relation_suffices(
    browse: Browsers, db: Database, cast: Cast, who: str | None, own: int, foreign: int, missing: int
) -> None:
    browser = await browse(getattr(cast, who) if who else None)
    ids = [await write_note(db, cast.omar), await write_note(db, cast.arta, "others"), uuid4()]
    answers = [(await browser.get(f"/test/notes/{note_id}")).status_code for note_id in ids]
    assert answers == [own, foreign, missing]


async def test_a_role_and_a_relation_are_needed_together_and_the_rest_do_not_learn_that_it_is_there(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    note_id = await write_note(db, cast.elena)
    answers = {
        who: (await (await browse(getattr(cast, who))).get(f"/test/notes/{note_id}/secret")).status_code
        for who in ("elena", "erik", "ada", "omar", "greta")
    }
    assert answers == {"elena": 200, "erik": 404, "ada": 404, "omar": 404, "greta": 404}


async def test_a_denied_attempt_leaves_a_trace_where_the_role_would_have_been_there(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    note_id = await write_note(db, cast.elena)
    for person in (cast.erik, cast.omar, cast.elena):
        await (await browse(person)).get(f"/test/notes/{note_id}/secret")
    async with db.reader() as connection:
        rows = (await connection.execute(text("SELECT note_id, person_id FROM attempt"))).all()
    assert [tuple(row) for row in rows] == [(note_id, cast.erik)]


async def test_nobody_is_sent_to_sign_in_and_comes_back(browse: Browsers) -> None:
    browser = await browse()
    answer = await browser.get("/people?status=active&q=Č")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/people%3Fstatus%3Dactive%26q%3D%25C4%258C"
    assert (await browser.send_form(f"/test/notes/{uuid4()}", {"words": "x"})).status_code == 401


async def test_a_session_that_ended_is_nobody(browse: Browsers, db: Database, cast: Cast) -> None:
    browser = await browse(cast.ada)
    assert (await browser.get("/test/anyone")).text == "Ada Berisha"
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE session SET expires_at = now() - interval '1 second'"))
    assert (await browser.get("/test/anyone")).text == "nobody"
    assert (await browser.get("/people")).status_code == 303


async def test_the_guard_asks_once_and_for_nobody_not_at_all(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    note_id = await write_note(db, cast.omar)
    nobody, omar = await browse(), await browse(cast.omar)
    executed: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    await nobody.get("/test/anyone")
    await nobody.get("/help")
    assert executed == []
    await omar.get(f"/test/notes/{note_id}")
    # Without what says that Omar signed in.
    executed = [statement for statement in executed if not statement.startswith("NOTIFY")]
    assert len(executed) == 2
    assert executed[1].startswith("SELECT words")


@get("/forgotten", sync_to_thread=False)
def forgotten() -> None:
    """Says nothing about who may."""


@get("/unknown", opt={"allow": allow(related("test.unknown"))}, sync_to_thread=False)
def unknown() -> None:
    """Names a relation that nobody registered."""


@get("/without", opt={"allow": allow(related("test.writer"))}, sync_to_thread=False)
def without() -> None:
    """Has no note in its path."""


@get("/both", opt={"allow": allow(ANYONE)})
async def both(read: Read, tx: Tx) -> None:
    """Asks for a connection and a transaction."""


@asgi("/unguarded", copy_scope=True)
async def unguarded(scope: object, receive: object, send: object) -> None:
    """Would pass the guard by."""


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (forgotten, "does not say who may"),
        (unknown, "unknown relations"),
        (without, r"its path has no \['note_id'\]"),
        (both, "read or tx, not both"),
        (unguarded, "only HTTP handlers are guarded"),
    ],
)
async def test_a_handler_that_is_not_guarded_fails_the_start(
    app: Litestar, settings: Settings, db: Database, handler: object, words: str
) -> None:
    router = Router("/", route_handlers=[handler])  # type: ignore[list-item]
    with pytest.raises(ImproperlyConfiguredException, match=words):
        create_app(settings, db, routers=[*BASE, router], freeze=False)


def test_nobody_may_is_a_mistake_and_so_is_a_name_twice() -> None:
    with pytest.raises(TypeError):
        allow()
    with pytest.raises(TypeError):
        relation("test.writer", sql="true", exists="true")


async def test_every_handler_is_described(app: Litestar) -> None:
    rows = {(method, path): words for method, path, _handler, words in describe(app)}
    assert rows["GET", "/test/notes/{note_id}/secret"] == "assessor and test.writer (hidden from others)"
    assert rows["GET", "/test/notes/{note_id}"] == "secretariat or test.house"
    assert rows["GET", "/sign-in"] == "anyone"
    assert rows["GET", "/me"] == "signed in"
    assert rows["POST", "/people/{account_id}/approve"] == str(Role.SECRETARIAT)
