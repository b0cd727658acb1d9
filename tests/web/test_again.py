"""A refused form: nothing of the command stays, its trace does, and the page is drawn from what is true then."""

import pytest
from litestar.response.base import ASGIResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.service.people import add_user
from facility.db import Database, Tx
from facility.refused import Kind, Refused, refuse
from facility.web.access import Role
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.stops import Wrong
from tests.browser import NOW

PEOPLE = text("SELECT count(*) FROM person WHERE email LIKE '%@again.example'")
EVENTS = text("SELECT count(*) FROM event WHERE kind = 'PersonAdded'")


async def _add(tx: Tx, name: str) -> None:
    await add_user(tx, name=name, email=f"{name.lower()}@again.example", roles=[Role.AUDITOR])


async def _refused(db: Database, kind: Kind, *, late: bool = False, leaves: bool = False) -> Wrong:
    """What comes of a command that adds a person before it refuses; with a trace, another person."""
    fields = Fields(Form({"name": ["Ana"]}))
    fields.text("name", missing=None)

    async def draw(connection: AsyncConnection, status: int) -> ASGIResponse:
        seen = (await connection.execute(PEOPLE)).scalar_one()
        return ASGIResponse(body=f"{seen} {question_of(fields)} {fields.errors}".encode(), status_code=status)

    async def handle() -> None:
        async with db.transaction(now=NOW) as tx:
            trace = (lambda _refused: _add(tx, "Trace")) if leaves else None
            command = redrawn(tx, fields, draw, late=late, trace=trace)
            async with command:
                await _add(tx, "Ana")
                refuse("edited_meanwhile" if not late else "already_decided", kind=kind, field="name")

    with pytest.raises(Wrong) as raised:
        await handle()
    return raised.value


async def _left(db: Database) -> tuple[int, int]:
    async with db.reader() as connection:
        return (
            (await connection.execute(PEOPLE)).scalar_one(),
            (await connection.execute(EVENTS)).scalar_one(),
        )


@pytest.mark.parametrize(
    ("kind", "late", "status", "question"),
    [
        ("invalid", False, 422, "meanwhile"),
        ("conflict", False, 409, "meanwhile"),
        ("conflict", True, 409, ""),
    ],
)
async def test_nothing_of_a_refused_command_stays(
    db: Database, kind: Kind, late: bool, status: int, question: str
) -> None:
    before = await _left(db)
    page = (await _refused(db, kind, late=late)).page
    assert page.status_code == status
    assert page.body.startswith(f"0 {question} ".encode())
    assert (b"name" in page.body) == (kind == "invalid")
    assert await _left(db) == before


async def test_the_trace_of_a_refusal_stays_alone(db: Database) -> None:
    people, events = await _left(db)
    page = (await _refused(db, "invalid", leaves=True)).page
    assert page.body.startswith(b"1 ")
    assert await _left(db) == (people + 1, events + 1)


async def test_what_the_page_does_not_tell_of_goes_on(db: Database) -> None:
    async def draw(_connection: AsyncConnection, _status: int) -> ASGIResponse:
        raise AssertionError("this page has nothing to say of it")

    async def handle(code: str, kind: Kind, *, late: bool) -> None:
        async with db.transaction(now=NOW) as tx, redrawn(tx, Fields(Form()), draw, late=late):
            refuse(code, kind=kind, what="application")

    with pytest.raises(Refused):
        await handle("already_decided", "conflict", late=False)
    with pytest.raises(Refused):
        await handle("not_found", "missing", late=True)


async def test_a_reason_stands_at_the_fields_of_the_form(db: Database) -> None:
    fields = Fields(Form({"rows-7-amount": ["x"]}))
    fields.eur("amount")
    fields.row("rows", 7).eur("amount")

    async def draw(_connection: AsyncConnection, status: int) -> ASGIResponse:
        return ASGIResponse(status_code=status)

    async def handle(fields: Fields) -> None:
        async with db.transaction(now=NOW) as tx:
            place = {"lines-0-amount": "rows-7-amount"}
            async with redrawn(tx, fields, draw, place=lambda reason: place[reason.field or ""]):
                refuse("amount_too_large", kind="invalid", field="lines-0-amount", most="1")

    # What the form itself found stands at its own names already, and `place` is not asked.
    with pytest.raises(Wrong):
        await handle(fields)
    assert fields.errors.keys() == {"amount", "rows-7-amount"}
    right = Fields(Form())
    with pytest.raises(Wrong):
        await handle(right)
    assert right.errors.keys() == {"rows-7-amount"}
