"""The demo story for tests that walk through it: told once, with a session for everybody and the ids of its objects."""

import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest_asyncio
from litestar import Litestar
from sqlalchemy import text

from facility import clock, schema
from facility.accounts.service.sessions import begin_session
from facility.applications.service.documents import attach_document
from facility.db import Database
from facility.demo.tell import tell
from facility.files.store import Store
from facility.web import cookies
from facility.web.access import Allow
from tests.browser import Browser, lent
from tests.databases import database_at
from tests.house.world import EVERYBODY, TakesBack, World


@pytest_asyncio.fixture(scope="session")
async def story(server: str, standing_app: Litestar) -> str:
    """The address of a database that holds the demo story, told once."""
    url = await database_at(server, "story")
    db = Database(url)
    async with db.engine.begin() as connection:
        await schema.create_all(connection)
    store = Store(standing_app.state.settings.documents_dir)
    await tell(db, store)
    await _attach(db, store)
    await db.dispose()  # nobody is connected: tests copy it, too
    return url


async def _attach(db: Database, store: Store) -> None:
    """A document in each draft, so that routes to documents lead somewhere."""
    async with db.transaction(now=clock.now()) as tx:
        drafts = (
            await tx.session.execute(text("SELECT id FROM application WHERE status = 'draft'"))
        ).scalars()
        for application_id in drafts.all():
            content = b"%PDF-1.4 of " + application_id.bytes
            await attach_document(
                tx, application_id, name="plan.pdf", kind="pdf", size=len(content), sha256=store.put(content)
            )


@pytest_asyncio.fixture(scope="session")
async def sessions(story: str) -> dict[str, str]:
    """A session for everybody, by name."""
    db = Database(story)
    made = {}
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.execute(text("SELECT id, name FROM person"))
        ids: dict[str, UUID] = {row.name: row.id for row in rows}
        for name in EVERYBODY:
            tx.actor = ids[name]
            made[name] = await begin_session(tx, ids[name])
    await db.dispose()
    return made


@pytest_asyncio.fixture(scope="session")
async def untouched(server: str, story: str, sessions: dict[str, str]) -> AsyncIterator[TakesBack]:
    """The story for whoever only tries. It is a copy with connections that stay, since they know each statement by then: while
    somebody is connected to the story itself, nobody can copy it."""
    db = TakesBack(await database_at(server, "untouched", of="story"))
    yield db
    await db.dispose()


@pytest_asyncio.fixture(scope="session")
async def world(story: str, sessions: dict[str, str]) -> World:
    db = Database(story)
    state = await World.read(db)
    await db.dispose()
    return state


NOWHERE = UUID("00000000-0000-4000-8000-000000000000")
"""The id of what isn't there: always the same, so that nobody asks for it twice."""


@functools.cache
def objects(world: World) -> dict[str, dict[str, Any]]:
    """Ids of one story's objects, of another's, mixed ones, and of none."""
    awarded = world.first_row("application", reference=_present(world, "01/001"))
    draft = world.first_row("application", reference=_present(world, "03/001"))
    foreign = world.first_row("application", reference=_present(world, "03/005"))
    judged = world.first_row("application", reference=_present(world, "02/001"))
    sets = {
        name: _of(world, row)
        for name, row in (("awarded", awarded), ("draft", draft), ("foreign", foreign), ("judged", judged))
    }
    sets["mixed"] = {**sets["foreign"], "application_id": draft.id}
    sets["missing"] = dict.fromkeys(sets["awarded"], NOWHERE) | {
        "reference": "NONE-1",
        "delivery_id": 99_999_999,
    }
    return sets


def _present(world: World, tail: str) -> str:
    reference: str = next(r.reference for r in world.rows["application"] if r.reference.endswith(f"-{tail}"))
    return reference


def _of(world: World, application: Any) -> dict[str, Any]:
    questions = [row for row in world.rows["question"] if row.call_id == application.call_id]
    ids: dict[str, Any] = {
        "question_id": questions[-1].id if questions else NOWHERE,
        "application_id": application.id,
        "call_id": application.call_id,
        "reference": world.first_row("call", id=application.call_id).reference,
        "expert_id": world.rows["expert"][0].id,
        "envelope_id": world.rows["envelope"][0].id,
        "mail_id": world.rows["mail"][0].id,
        "delivery_id": world.rows["delivery"][0].id,
        "account_id": world.people["Omar Hoxha"].id,
        "subject_id": application.id,
        "consultee_id": world.rows["consultee"][0].id,
        "initiative_id": world.first_row("initiative", application_id=None).id,
        "assessor_id": world.people["Elena Rossi"].id,
        "body_id": world.people["Omar Hoxha"].institution_id,
        "signatory_id": NOWHERE,
        "view_id": NOWHERE,
        "complaint_id": world.rows["complaint"][0].id,
        "appointment_id": NOWHERE,
        "tie_id": NOWHERE,
        "candidacy_id": world.rows["candidacy"][0].id,
        "mission_report_id": world.rows["mission_report"][0].id,
        "theme_id": NOWHERE,
        "on_call_id": NOWHERE,
        "step_id": NOWHERE,
    }
    for table in (
        "party",
        "document",
        "award",
        "letter",
        "activity",
        "deployment",
        "consultation",
        "clarification",
    ):
        rows = [row for row in world.rows[table] if row.application_id == application.id]
        ids[f"{table}_id"] = rows[-1].id if rows else NOWHERE
    planned = world.first_row("planned_activity", application_id=application.id)
    ids["planned_id"] = planned.id if planned else NOWHERE
    wanted = world.first_row("change_request", application_id=application.id)
    evidence = world.first_row("evidence", activity_id=ids["activity_id"])
    invitation = world.first_row("invitation", deployment_id=ids["deployment_id"])
    return ids | {
        "evidence_id": evidence.id if evidence else NOWHERE,
        "change_id": wanted.id if wanted else NOWHERE,
        "invitation_id": invitation.id if invitation else NOWHERE,
    }


OTHERS = {
    "section": "ask",
    "field": "title",
    "code": "10.1",
    "name": "taf-2021-01",
    "token": "no-such-token",
    "number": 0,
    "path": "facility.css",
    "key": "urgent-applications-to-decide",
}


def fill(path: str, ids: dict[str, Any]) -> str:
    """The path with these ids; contracts bear references of their own."""
    values = {**OTHERS, **ids, "request_id": NOWHERE, "matching_id": NOWHERE}
    if path.startswith("/contracts/") and values["reference"] != "NONE-1":
        values["reference"] = "CA1"
    return path.format(**{key: str(value) for key, value in values.items()})


def may(rule: Allow, world: World, name: str, ids: dict[str, Any]) -> bool:
    """Whether the access data lets this person pass."""
    return any(
        item.anyone
        or (
            (item.role is None or item.role == EVERYBODY[name])
            and (item.relation is None or world.related(item.relation, name, ids))
        )
        for item in rule.items
    )


@functools.cache
def _printed() -> Callable[..., bytes]:
    from facility import press  # takes a second to load

    return functools.cache(press.write)


@contextlib.contextmanager
def printed_once() -> Iterator[None]:
    """Each of many people asks for the same documents. Every page of theirs is written anew; it is laid out and printed where it
    differs from all before, which takes ten times as long as the rest of the request."""
    with patch("facility.press.write", _printed()):
        yield


class TakingBack:
    """A browser whose requests are rolled back, within a block."""

    def __init__(self, app: Litestar, db: TakesBack, session: str | None) -> None:
        self._block = contextlib.ExitStack()
        self.browser = Browser(lent(app, db))
        if session:
            self.browser.cookies.set(cookies.SESSION, session)

    async def __aenter__(self) -> Browser:
        self._block.enter_context(printed_once())
        return self.browser

    async def __aexit__(self, *_: object) -> None:
        self._block.close()
        await self.browser.aclose()
