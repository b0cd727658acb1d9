"""A database as the release before left it is upgraded, and everything goes on: pages, links, texts, deliveries, mails."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import select, text

from facility import clock
from facility.accounts.service.sessions import begin_session
from facility.db import Database
from facility.events.reactions import run_again
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.events.schedule import run_due
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.outbox.sender import Postman, hand_over_mails, send
from facility.outbox.service import MAKERS, send_again
from facility.settings import ROOT
from facility.web import cookies
from facility.worker import postman
from tests.browser import SECRET, Browser, lent, told
from tests.conftest import run
from tests.house.world import EVERYBODY
from tests.smtp import SmtpServer
from tests.upgrade.release import Release

FACILITY = Path(sys.executable).with_name("facility")
LINK = re.compile(r'href="(/[^"#?]*)"')


@pytest.fixture(scope="module")
def before() -> Release:
    """What the release before left behind."""
    return Release.read("0031")


def command(url: str, folder: Path, word: str, status: int = 0) -> str:
    """`facility WORD` on this database, as an administrator runs it, ending with this status; what it says."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "BASE_URL": "http://facility.test",
        "SECRET_KEY": SECRET,
        "FACILITY_DATA": str(folder),
    }
    done = subprocess.run(
        [FACILITY, word], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, f"{word}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest_asyncio.fixture(scope="module")
async def upgraded(server: str, before: Release, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of that database, upgraded by `facility migrate`."""
    await run(server, "CREATE DATABASE upgraded TEMPLATE template0")
    url = server.replace("/facility?", "/upgraded?")
    await before.restore(url)
    await asyncio.to_thread(command, url, tmp_path_factory.mktemp("upgraded"), "migrate")
    return url


@pytest.fixture
def now(before: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an hour after the release before was stopped."""
    monkeypatch.setattr(clock, "now", lambda: before.at + timedelta(hours=1))


@pytest_asyncio.fixture
async def db(upgraded: str, now: None) -> AsyncIterator[Database]:
    """The upgraded database, for tests that change nothing that another looks at."""
    made = Database(upgraded)
    yield made
    await made.dispose()


@pytest_asyncio.fixture
async def working_db(server: str, upgraded: str, now: None) -> AsyncIterator[Database]:
    """A copy of it, on which work goes on."""
    await run(server, "CREATE DATABASE upgraded_copy TEMPLATE upgraded")
    made = Database(upgraded.replace("/upgraded?", "/upgraded_copy?"))
    yield made
    await made.dispose()
    await run(server, "DROP DATABASE upgraded_copy")


async def rows(db: Database, sql: str) -> list[Any]:
    async with db.reader() as connection:
        return list(await connection.execute(text(sql)))


async def off(db: Database) -> dict[str, list[str]]:
    """What reconcile finds, but for documents, which are not in the database: a test before may have named a store of its own."""
    found = (await reconcile(db)).items()
    return {name: lines for name, lines in found if lines and not name.startswith("documents:")}


async def test_everything_that_may_be_under_way_was_under_way(db: Database, before: Release) -> None:
    """Or this file would show nothing."""
    links = await rows(db, "SELECT DISTINCT purpose FROM link WHERE used_at IS NULL AND revoked_at IS NULL")
    purposes = {"clarification", "consultation", "invitation", "partner", "register", "sign-in"}
    assert {row.purpose for row in links} == purposes
    for table, states in {
        "delivery": {"done", "parked", "waiting"},
        "mail": {"parked", "sending", "waiting"},
    }.items():
        assert {row.state for row in await rows(db, f"SELECT DISTINCT state FROM {table}")} == states
    for table in ("unsaved", "change_request", "saved_view", "late_attempt"):
        assert await rows(db, f"SELECT 1 FROM {table}")


async def test_reconcile_finds_nothing(upgraded: str, tmp_path: Path) -> None:
    said = await asyncio.to_thread(command, upgraded, tmp_path, "reconcile", 1)
    off = [line for line in said.splitlines() if line.startswith("OFF")]
    assert off == ["OFF  documents: all there"]  # they are not in the database
    assert said.count("the store is empty, and ") == 1


async def test_reactions_of_the_release_before_are_demanded_of_all_that_happened_in_it(db: Database) -> None:
    known = await rows(db, "SELECT kind, reaction, since_seq FROM reaction_since")
    since = {(row.kind, row.reaction): row.since_seq for row in known}
    query = "SELECT DISTINCT kind, reaction FROM delivery JOIN event ON event.id = event_id"
    delivered = {(row.kind, row.reaction) for row in await rows(db, query)} & since.keys()  # some are gone
    assert {since[pair] for pair in delivered} == {0}
    assert len(delivered) > 20


async def test_every_link_that_was_open_opens(app_of: Litestar, db: Database) -> None:
    async with db.transaction(now=clock.now()) as tx:
        good = select(Link).where(Link.used_at.is_(None), Link.revoked_at.is_(None))
        links = (
            await tx.session.scalars(good.where(Link.expires_at.is_(None) | (Link.expires_at > tx.now)))
        ).all()
    async with Browser(app_of) as browser:
        answers = {link.purpose: set[int]() for link in links}
        for link in links:
            answers[link.purpose].add((await browser.get(path_of(link))).status_code)
    assert answers == {purpose: {200} for purpose in answers}


@pytest.fixture
def app_of(standing_app: Litestar, db: Database) -> Litestar:
    """The app on the upgraded database."""
    return lent(standing_app, db)


async def signed_in(app: Litestar, db: Database, name: str) -> Browser:
    """The browser of somebody of the story."""
    [person] = await rows(db, f"SELECT id FROM person WHERE name = '{name}'")
    browser = Browser(app)
    async with db.transaction(now=clock.now(), actor=person.id) as tx:
        browser.cookies.set(cookies.SESSION, await begin_session(tx, person.id))
    return browser


@pytest.mark.parametrize("name", EVERYBODY)
async def test_the_pages_of_everybody_open(app_of: Litestar, db: Database, name: str) -> None:
    """The first page, and two steps from there; documents are not in the database."""
    browser = await signed_in(app_of, db, name)
    seen, steps = {"/"}, ["/"]
    for _ in range(3):
        found: list[str] = []
        for path in steps:
            page = await browser.get(path)
            assert (path, page.status_code) in ((path, 200), (path, 303))
            found += [link for link in LINK.findall(page.text) if "/static/" not in link and "." not in link]
        steps = [link for link in dict.fromkeys(found) if link not in seen and "/documents/" not in link][:60]
        seen.update(steps)
    await browser.aclose()
    assert len(seen) > 5


async def test_every_letter_that_was_written_can_be_read_under_each_name(
    app_of: Litestar, db: Database, before: Release
) -> None:
    written = await rows(db, "SELECT id, kind FROM letter ORDER BY id")
    for row in written:
        for name in ("letter", "award_letter", "decision_letter"):  # as mails that wait may call it
            async with db.reader() as connection:
                made = await MAKERS[name](connection, app_of.state.renderer.environment, row.id)
            assert made.content.startswith(b"%PDF-")
    assert len(written) == len(before.tables["letter"].rows.splitlines()) > 5


async def test_what_was_typed_and_not_saved_is_still_there(app_of: Litestar, db: Database) -> None:
    [copy] = await rows(
        db,
        "SELECT application_id FROM unsaved JOIN party ON party.id = subject_id WHERE person_id IS NOT NULL",
    )
    browser = await signed_in(app_of, db, "Omar Hoxha")
    tasks = await browser.get(f"/applications/{copy.application_id}")
    await browser.aclose()
    assert "unsaved text" in tasks.text


async def test_the_worker_carries_on_with_what_it_finds(
    working_db: Database, smtp: SmtpServer, tmp_path: Path
) -> None:
    """Every reaction and every mail that was stored by name is known still, whatever became of its room."""
    db = working_db
    for delivery in await rows(db, "SELECT id FROM delivery WHERE state = 'parked'"):
        async with db.transaction(now=clock.now()) as tx:
            assert await run_again(tx, delivery.id)
    for mail in await rows(db, "SELECT id FROM mail WHERE state = 'parked'"):
        async with db.transaction(now=clock.now()) as tx:
            assert await send_again(tx, mail.id)
    await run_due(db, clock.now())
    await drain(db, clock.now)
    assert await rows(db, "SELECT reaction, error FROM delivery WHERE state <> 'done'") == []
    assert await rows(db, "SELECT step, item, error FROM failed_step") == []
    await _send_all(db, _postman(db.url, smtp, tmp_path))
    assert await rows(db, "SELECT template, error FROM mail WHERE state <> 'sent'") == []
    assert await off(db) == {}


def _postman(url: str, smtp: SmtpServer, folder: Path) -> Postman:
    made = postman(msgspec.structs.replace(told(url, folder), smtp_url=smtp.url))
    assert made is not None
    return made


async def _send_all(db: Database, man: Postman) -> None:
    while turns := await hand_over_mails(db, clock.now()):
        for turn in turns:
            await send(db, man, turn, clock.now)
