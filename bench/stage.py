"""What is measured on: an embedded PostgreSQL with fsync in a folder of its own, the demo story in it, and copies."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from bench.processes import Process, free_port, running
from facility import clock, migrate
from facility.accounts.models import Person
from facility.accounts.service.sessions import begin_session
from facility.db import Database
from facility.demo.tell import tell
from facility.embedded.server import EmbeddedPostgres
from facility.files.store import Store
from facility.outbox import links
from facility.rooms import load_slices
from facility.seed import seed
from facility.settings import Settings, load
from facility.web import cookies, csrf

SECRET = "a secret of the benchmarks, long enough"
CSRF_COOKIE = "of-this-client"


class Stage:
    """The database with the story, and how to reach what is measured."""

    def __init__(self, environ: dict[str, str], settings: Settings, url: str) -> None:
        self.environ = environ
        self.settings = settings
        self.url = url
        self.db = Database(url)
        self._running = contextlib.AsyncExitStack()
        self._servers: tuple[Process, Process] | None = None

    async def servers(self) -> tuple[Process, Process]:
        """The product's web process and the bare server, the same two for every work: starting one takes seconds."""
        if self._servers is None:
            product = await self._running.enter_async_context(self.product())
            self._servers = product, await self._running.enter_async_context(self.bare())
        return self._servers

    async def alone(self) -> None:
        """Stop what runs, and close the connections: a database that is copied must have none, and a loop that ends
        would wait for them."""
        await self._running.aclose()
        self._servers = None
        await self.db.dispose()

    async def tell(self) -> None:
        """Load what the facility must know, and the demo story."""
        load_slices()
        links.configure(SECRET)
        await seed(self.db, clock.now())
        await tell(self.db, Store(self.settings.data_dir / "files"))

    def at(self, database: str) -> str:
        """The address of another database of the same server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    async def connect(self, url: str | None = None) -> asyncpg.Connection:
        """A connection as the bare way has it."""
        return await asyncpg.connect(plain(url or self.url))

    @contextlib.asynccontextmanager
    async def copied(self, name: str, *, listened: bool = True) -> AsyncIterator[Database]:
        """A copy of the story in a database of this name; gone afterwards."""
        server = await self.connect(self.at("postgres"))
        db = Database(self.at(name), listened=listened)
        try:
            await server.execute(f"CREATE DATABASE {name} TEMPLATE {make_url(self.url).database}")
            yield db
        finally:
            await db.dispose()
            await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await server.close()

    async def person(self, email: str) -> UUID:
        """The id of one of the cast."""
        async with self.db.reader() as connection:
            query = select(Person.id).where(Person.email == f"{email}@facility.example")
            return (await connection.execute(query)).scalar_one()

    async def id_of(self, sql: str) -> UUID:
        """The id that this statement finds."""
        async with self.db.reader() as connection:
            key: UUID = (await connection.execute(text(sql))).scalar_one()
            return key

    async def sign_in(self, name: str) -> str:
        """The cookies of somebody of the cast who has signed in."""
        person_id = await self.person(name)
        async with self.db.transaction(now=clock.now(), actor=person_id) as tx:
            token = await begin_session(tx, person_id)
        return f"{cookies.SESSION}={token}; {cookies.CSRF}={CSRF_COOKIE}"

    @property
    def csrf_token(self) -> str:
        """What forms must carry."""
        return csrf.token_for(SECRET, CSRF_COOKIE)

    @contextlib.asynccontextmanager
    async def product(self, module: str = "bench.product", **variables: str) -> AsyncIterator[Process]:
        """The product's web process."""
        port = free_port()
        environ = {**self.environ, **self._production(), "PORT": str(port), **variables}
        async with running(["-m", module], environ, port) as process:
            yield process

    def _production(self) -> dict[str, str]:
        """What a web process must be told. Nobody answers for Redis and mails: no page that is measured needs them."""
        return {
            "DATABASE_URL": self.url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SMTP_URL": "smtp://127.0.0.1:1",
            "BASE_URL": "http://127.0.0.1",
        }

    @contextlib.asynccontextmanager
    async def bare(self, **variables: str) -> AsyncIterator[Process]:
        """The bare server."""
        port = free_port()
        environ = {**self.environ, "PORT": str(port), "BENCH_DATABASE": plain(self.url), **variables}
        async with running(["-m", "bench.bare"], environ, port) as process:
            yield process


def plain(url: str) -> str:
    """The address as asyncpg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def prepared() -> Iterator[Stage]:
    """A fresh stage, gone afterwards. Call it outside any event loop."""
    outer = Path(tempfile.mkdtemp(prefix="facility-bench-"))
    outer.chmod(0o711)  # where root runs this, the server is somebody else, who must get through
    environ = {"FACILITY_DATA": str(outer / "var"), "FACILITY_DEMO": "0", "SECRET_KEY": SECRET}
    settings = load(environ)
    postgres = EmbeddedPostgres(settings.data_dir)
    try:
        url = postgres.start()
        migrate.upgrade(url)
        yield Stage(environ, settings, url)
    finally:
        postgres.destroy()
        shutil.rmtree(outer)
