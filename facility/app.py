"""The only place where rooms, access and error pages meet."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from facility import rooms
from facility.accounts.service import security_officer
from facility.db import Database
from facility.garbage import settle
from facility.outbox import links
from facility.rooms import load_slices
from facility.settings import ROOT, Settings
from facility.web import bodies, errors, public, static
from facility.web.guard import close_doors, guard
from facility.web.headers import security_headers
from facility.web.limits import Limits
from facility.web.peers import Proxies
from facility.web.provide import DEPENDENCIES, check_dependencies
from facility.web.render import Renderer
from facility.web.streams import Streams

ROUTERS: list[Router] = [
    static.router,
    public.router,
    *(Router("/", route_handlers=rooms.handlers(room)) for room in rooms.names()),
]


class App(Litestar):
    """Litestar, which also answers HEAD wherever it answers GET."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI entry point."""
        if scope["type"] == "http":
            self.state.proxies.look_behind(scope)
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await _head(super().__call__, scope, receive, send)
        else:
            try:
                await super().__call__(scope, receive, send)
            finally:
                bodies.release(scope)


class _HeadAnsweredError(Exception):
    """Ends a handler that goes on sending (a stream) after its head has been answered."""


async def _head(answer: Any, scope: Any, receive: Any, send: Any) -> None:
    """The answer to GET, without its body."""
    answered = False

    async def send_head(message: Any) -> None:
        nonlocal answered
        if answered:
            raise _HeadAnsweredError
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            answered = True

    try:
        await answer({**scope, "method": "GET"}, receive, send_head)
    except Exception:
        if not answered:
            raise


def create_app(
    settings: Settings,
    database: Database | None = None,
    *,
    routers: Sequence[Router] = ROUTERS,
    freeze: bool = True,
) -> Litestar:
    """The web application. `database` belongs to the caller, who closes it; without it the app opens its own.

    `freeze`: once started, keep what is there out of garbage collection; for a process that serves one app.
    `app.state.closing` is an asyncio.Event: set it when the process is told to stop, so that event streams end.
    Raises ImproperlyConfiguredException when a handler doesn't say who may use it.
    """
    load_slices()  # an event that nobody is known to react to would have no deliveries
    links.configure(settings.secret_key)
    security_officer.configure(settings.security_officer)
    db = database or Database(settings.database_url or "")
    files = static.Static(ROOT / "static")
    state = State(
        {
            "settings": settings,
            "db": db,
            "static": files,
            "renderer": Renderer(settings, files),
            "proxies": Proxies(settings.trusted_proxies),
            "bodies": bodies.Bodies(),
            "limits": Limits(settings.redis_url, settings.secret_key),
            "closing": (closing := asyncio.Event()),
            "streams": Streams(closing),
        }
    )
    app = App(
        route_handlers=routers,
        dependencies=DEPENDENCIES,
        guards=[guard],
        exception_handlers=errors.HANDLERS,
        before_send=[security_headers(secure=settings.secure)],
        lifespan=[_lifespan(owned=None if database else db, freeze=freeze)],
        state=state,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=bodies.MOST_FILES,
    )
    close_doors(app)
    check_dependencies(app)
    return app


def _lifespan(owned: Database | None, *, freeze: bool) -> Any:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await _has_tables(app)
        loading: list[asyncio.Task[None]] = []
        if freeze:
            settle()
            loading.append(asyncio.create_task(asyncio.to_thread(app.state.renderer.load)))
        try:
            yield
        finally:
            app.state.closing.set()
            await asyncio.gather(*loading)
            await app.state.limits.close()
            if owned is not None:
                await owned.dispose()

    return lifespan


async def _has_tables(app: Litestar) -> None:
    """Raises RuntimeError where the database was never migrated."""
    db: Database = app.state.db
    try:
        async with db.reader() as connection:
            await connection.execute(text("SELECT FROM beneficiary LIMIT 1"))
    except ProgrammingError as error:
        raise RuntimeError("the database has no tables yet; run: facility migrate") from error
