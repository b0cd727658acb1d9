"""A real PostgreSQL for the session, a fresh database for each test, and browsers in the test's own loop."""

import asyncio
import contextlib
import itertools
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from facility import clock, schema
from facility.accounts.service import seed
from facility.accounts.sessions import begin_session
from facility.app import create_app
from facility.db import Database, Tx
from facility.embedded import EmbeddedPostgres
from facility.settings import Settings
from facility.web import cookies, csrf
from tests.cast import Cast, call_together

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests, long enough to sign with"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a throw-away PostgreSQL."""
    outer = Path(tempfile.mkdtemp(prefix="facility-test-"))
    outer.chmod(0o711)
    postgres = EmbeddedPostgres(outer / "var", fsync=False)
    try:
        yield postgres.start()
    finally:
        postgres.destroy()
        shutil.rmtree(outer)


def _at(url: str, name: str) -> str:
    return re.sub(r"@/\w+\?", f"@/{name}?", url)


async def _run(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest_asyncio.fixture(scope="session")
async def template(server: str) -> str:
    """A database with all tables and the beneficiaries, to be copied."""
    await _run(server, "CREATE DATABASE template_facility")
    db = Database(_at(server, "template_facility"))
    async with db.engine.begin() as connection:
        await schema.create_all(connection)
    async with db.transaction(now=NOW) as tx:
        await seed(tx)
    await db.dispose()
    return "template_facility"


@pytest_asyncio.fixture
async def database_url(server: str, template: str) -> AsyncIterator[str]:
    """The address of a database of this test's own, with tables and beneficiaries."""
    name = f"test_{next(_numbers)}"
    await _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _at(server, name)
    await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The test's database."""
    made = Database(database_url, pool_size=5)
    yield made
    await made.dispose()


@pytest_asyncio.fixture
async def tx(db: Database) -> AsyncIterator[Tx]:
    """A transaction at NOW, without an actor, committed when the test ends well."""
    async with db.transaction(now=NOW) as opened:
        yield opened


@pytest_asyncio.fixture
async def cast(db: Database) -> Cast:
    """The people whom tests and demo know by name, with their institutions."""
    async with db.transaction(now=NOW) as opened:
        return await call_together(opened)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """As the app of a test is told."""
    return Settings(
        database_url=database_url,
        redis_url=None,
        smtp_url=None,
        base_url="http://facility.test",
        secret_key=SECRET,
        data_dir=tmp_path,
        host="127.0.0.1",
        port=8000,
        demo=False,
        mail_from="facility@facility.test",
        facility_name="Technical Assistance Facility",
        json_log=False,
    )


@pytest_asyncio.fixture
async def app(settings: Settings, db: Database) -> AsyncIterator[Litestar]:
    """The app on the test's database, within its lifespan."""
    made = create_app(settings, db, freeze=False)
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        # In a task of its own: a lifespan must end in the task in which it began, and fixtures end in another.
        try:
            async with made.lifespan():
                started.set()
                await ended.wait()
        finally:
            started.set()

    life = asyncio.create_task(live())
    await started.wait()
    if life.done():
        await life
    yield made
    ended.set()
    await life


class Browser(httpx.AsyncClient):
    """Somebody's browser: it keeps cookies, does not follow redirects, and its forms carry the token."""

    def __init__(self, app: Litestar) -> None:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        super().__init__(transport=transport, base_url="http://facility.test")
        self.cookies.set(cookies.CSRF, "of-this-browser")

    async def send_form(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """POST a form as a page of ours would: with its token."""
        token = csrf.token_for(SECRET, "of-this-browser")
        return await self.post(path, data={csrf.FIELD: token, **(data or {})}, **options)


type Browsers = Callable[..., Awaitable[Browser]]


@pytest_asyncio.fixture
async def browse(app: Litestar, db: Database) -> AsyncIterator[Browsers]:
    """`await browse()` is nobody's browser, `await browse(cast.ada)` one in which Ada has signed in."""
    async with contextlib.AsyncExitStack() as opened:

        async def open_browser(person: UUID | None = None) -> Browser:
            browser = await opened.enter_async_context(Browser(app))
            if person is not None:
                async with db.transaction(now=clock.now(), actor=person) as tx:
                    browser.cookies.set(cookies.SESSION, await begin_session(tx, person))
            return browser

        yield open_browser
