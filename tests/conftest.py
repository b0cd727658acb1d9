"""A real PostgreSQL for the session, a fresh database for each test, and browsers in the test's own loop."""

import asyncio
import contextlib
import gc
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import uvloop
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from litestar import Litestar
from xdist.scheduler import LoadScopeScheduling

from facility import clock, schema
from facility.accounts.service.people import seed
from facility.accounts.service.sessions import begin_session
from facility.app import create_app
from facility.db import Database, Tx
from facility.embedded.server import EmbeddedPostgres
from facility.garbage import look_seldom
from facility.outbox import links
from facility.rooms import load_slices
from facility.settings import Settings
from facility.web import cookies
from tests.browser import NOW, SECRET, Browser, Browsers, lent, living, settings_for
from tests.cast import Cast, call_together
from tests.databases import database_at, run
from tests.house.story import sessions, story, untouched, world  # noqa: F401 - fixtures for all
from tests.judging import Judging, judging
from tests.prepared import Aside, Prepared, built_once
from tests.reworded import install, speak_for
from tests.smtp import smtp, smtp_server  # noqa: F401 - fixtures for all

asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # the loop of the service
load_slices()  # commands record deliveries for the reactions that are known
links.configure(SECRET)
install()

# What is drawn is the same each time, and how long it takes says nothing. `--hypothesis-profile default` draws anew.
drawing.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
drawing.load_profile("same")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a throw-away PostgreSQL. It plans a statement once for each connection, not for each of its first values: tables
    of a few rows have one plan, and making it takes longer than following it."""
    outer = Path(tempfile.mkdtemp(prefix="facility-test-"))
    outer.chmod(0o711)
    postgres = EmbeddedPostgres(outer / "var", fsync=False)
    try:
        url = postgres.start()
        asyncio.run(run(url, "ALTER ROLE CURRENT_USER SET plan_cache_mode = force_generic_plan"))
        yield url
    finally:
        postgres.destroy()
        shutil.rmtree(outer)


@pytest_asyncio.fixture(scope="session")
async def shared_database(server: str) -> str:
    """The address of a database with all tables and the beneficiaries, which the tests use one after the other."""
    url = await database_at(server, "shared")
    db = Database(url)
    async with db.engine.begin() as connection:
        await schema.create_all(connection)
    async with db.transaction(now=NOW) as tx:
        await seed(tx)
    await db.dispose()
    return url


@pytest_asyncio.fixture(scope="session")
async def aside(shared_database: str) -> AsyncIterator[Aside]:
    """Empties the shared database, and puts back what was kept."""
    async with Aside.of(shared_database) as made:
        await made.begin()
        yield made


@pytest_asyncio.fixture
async def database_url(shared_database: str, aside: Aside) -> str:
    """The address of a database with tables and beneficiaries and nothing else."""
    await aside.put_back()
    return shared_database


@pytest_asyncio.fixture(scope="session")
async def standing_db(shared_database: str) -> AsyncIterator[Database]:
    """The shared database by one engine: a fresh one would connect, compile and prepare every statement again. Tests go through more
    of them than pages do."""
    made = Database(shared_database, pool_size=5, statements=300)
    yield made
    await made.dispose()


@pytest.fixture
def db(standing_db: Database, database_url: str) -> Database:
    """The test's database."""
    return standing_db


@pytest_asyncio.fixture
async def tx(db: Database) -> AsyncIterator[Tx]:
    """A transaction at NOW, without an actor, committed when the test ends well."""
    async with db.transaction(now=NOW) as opened:
        yield opened


@built_once
async def cast(db: Database) -> Cast:
    """The people whom tests and demo know by name, with their institutions."""
    async with db.transaction(now=NOW) as opened:
        return await call_together(opened)


@pytest.fixture(scope="session")
def prepared(standing_db: Database, aside: Aside) -> Prepared:
    """What tests begin with, built once in the shared database."""
    return Prepared(standing_db, aside)


@pytest.fixture
async def play(db: Database, prepared: Prepared) -> Judging:
    """The cast, an envelope of EUR 80 000, and the published call TAF-2021-01 of the same amount."""
    return await prepared(judging)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """As the app of a test is told."""
    return settings_for(database_url, tmp_path)


@pytest_asyncio.fixture(scope="session")
async def standing_app(
    standing_db: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Litestar]:
    """The app within its lifespan, made once: making it takes longer than most tests."""
    settings = settings_for(standing_db.url, tmp_path_factory.mktemp("data"))
    async with living(create_app(settings, standing_db, freeze=False)) as made:
        yield made


@pytest.fixture
def app(standing_app: Litestar, db: Database) -> Litestar:
    """The app on the test's database."""
    return lent(standing_app, db)


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


TOGETHER = {
    "journeys": "journeys",
    "house": "story",
    "hostile": "story",
    "bench": "bench",
    "faults": "faults",
}
"""Folders whose tests share dear fixtures (a running service, the story told once), the longest first: whatever takes
a minute may not be what one process begins when the other has nothing left. Short ones fill what remains."""


def _group(file: str) -> str:
    return TOGETHER.get(Path(file).parent.name, file)


def _collect_garbage_less_often() -> None:
    """As the service does: what is loaded by now lives to the end, and what a request leaves is freed by counting."""
    gc.collect()
    gc.freeze()
    look_seldom()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups in the order above, then whatever stands alone."""
    _collect_garbage_less_often()
    first = list(dict.fromkeys(TOGETHER.values()))
    items.sort(
        key=lambda item: (
            first.index(group) if (group := _group(item.path.as_posix())) in first else len(first)
        )
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """In words that are not the product's own, so that no test depends on these."""
    speak_for(item)


class Grouped(LoadScopeScheduling):  # type: ignore[misc]  # xdist is untyped
    """A file's tests stay in one process, and so do those of folders that share their fixtures. (xdist's own groups are
    marks that it writes into the tests' names, which pytest no longer lets it.)"""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Grouped:
    """Ours, whatever `--dist` says."""
    return Grouped(config, log)
