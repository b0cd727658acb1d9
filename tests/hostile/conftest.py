"""The forms of the told story, found once, and browsers that take back what they did and say what they wrote."""

import contextlib
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import event, text

from facility import clock
from facility.accounts.service.sessions import ask_to_sign_in
from facility.db import Database, Tx
from facility.outbox.links import token_of
from facility.web import cookies
from facility.web.limits import Limits
from tests.browser import SECRET, Browser, lent
from tests.databases import database_at
from tests.hostile.asking import listening
from tests.hostile.forms import PageForm, Parser, filled, gets, posts, read, send, template_of
from tests.hostile.open_ends import leave_open
from tests.house.story import fill, may, objects, printed_once
from tests.house.world import EVERYBODY, TakesBack, World

NOBODY = ""
DULL = 3
"""How many pages of a kind may follow each other that lead nowhere new, before no more of them are opened."""
NOT_SHOWN = {"/demo": "in the demo alone, which the app of the tests is not"}
"""Routes whose form no page shows, and why not."""


class Watched(TakesBack):
    """Takes back what a request wrote, and says what would have been committed."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._writes: list[str] = []
        self.kept: list[str] = []
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._see)
        event.listen(self.engine.sync_engine, "rollback", lambda _: self._writes.clear())

    def _see(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT" not in statement and not statement.lstrip().startswith(("UPDATE", "DELETE")):
            return  # as with most: they are long
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE") or "INSERT" in words:
            self._writes.append(" ".join(words[:4]))

    @contextlib.asynccontextmanager
    async def transaction(
        self,
        *,
        now: datetime,
        actor: UUID | None = None,
        correlation: UUID | None = None,
        causation: UUID | None = None,
    ) -> AsyncIterator[Tx]:
        """As before, with a look at what was written before it is taken back."""
        async with super().transaction(
            now=now, actor=actor, correlation=correlation, causation=causation
        ) as tx:
            self._writes.clear()
            yield tx
            await tx.flush()
            self.kept += self._writes

    def forget(self) -> None:
        """Before the next request."""
        self.kept.clear()


class Crowd:
    """A browser for each person, all on one watched database."""

    def __init__(self, app: Litestar, db: Watched, sessions: dict[str, str]) -> None:
        self.app = app
        self.db = db
        self.sessions = sessions
        self.browsers = {NOBODY: Browser(app)}
        for name, session in sessions.items():
            self.browsers[name] = Browser(app)
            self.browsers[name].cookies.set(cookies.SESSION, session)

    def __getitem__(self, name: str) -> Browser:
        """The person's browser, with no attempt counted and nothing seen yet."""
        lent(self.app, self.db)
        self.app.state.limits = Limits(None, SECRET)
        self.db.forget()
        return self.browsers[name]

    async def leave(self) -> None:
        """Close all."""
        for browser in self.browsers.values():
            await browser.aclose()


@contextlib.asynccontextmanager
async def crowding(app: Litestar, url: str, sessions: dict[str, str]) -> AsyncIterator[Crowd]:
    """Everybody's browsers on the database at this address, for a while."""
    crowd = Crowd(app, Watched(url), sessions)
    try:
        with printed_once():
            yield crowd
    finally:
        await crowd.leave()
        await crowd.db.dispose()


class GoingOn(NamedTuple):
    """A copy of the story in which much waits for somebody: its address, and the pages on which it stands, by names."""

    url: str
    pages: dict[str, list[str]]


@pytest_asyncio.fixture(scope="session")
async def going_on(standing_app: Litestar, server: str, story: str, sessions: dict[str, str]) -> GoingOn:
    """Made once. Nobody is connected: tests copy it, too."""
    url = await database_at(server, "going_on", of="story")
    pages = await leave_open(standing_app, url, sessions)
    pages.setdefault(NOBODY, []).extend(["/sign-in", f"/sign-in/check/{await _sign_in_request(url)}"])
    return GoingOn(url, pages)


@pytest_asyncio.fixture(scope="session")
async def watched(server: str, going_on: GoingOn) -> AsyncIterator[Watched]:
    """A copy for all who only try, with connections that stay: they know each statement by then."""
    db = Watched(await database_at(server, "watched", of="going_on"))
    yield db
    await db.dispose()


@pytest_asyncio.fixture
async def crowd(standing_app: Litestar, watched: Watched, sessions: dict[str, str]) -> AsyncIterator[Crowd]:
    """Everybody's browsers."""
    made = Crowd(standing_app, watched, sessions)
    yield made
    await made.leave()


async def link_pages(db: Database) -> list[str]:
    """The pages of all links that are still good."""
    async with db.reader() as connection:
        rows = await connection.execute(
            text("SELECT * FROM link WHERE used_at IS NULL AND revoked_at IS NULL")
        )
        return [f"/link/{row.purpose}/{token_of(row.id, row.nonce)}" for row in rows]


async def _sign_in_request(url: str) -> UUID:
    """Somebody has asked for a link and a code, and holds the page that takes the code."""
    db = Database(url)
    async with db.transaction(now=clock.now()) as tx:
        request_id = await ask_to_sign_in(tx, "omar@facility.example")
    await db.dispose()
    return request_id


class Walk:
    """Follows the links of the pages, from each person's first page on, and keeps the forms: one for each route."""

    def __init__(self, app: Litestar, crowd: Crowd) -> None:
        self.crowd = crowd
        self.routes = tuple(route.path_format for route, _ in posts(app))
        self.pages = tuple(route.path_format for route, _ in gets(app))
        self.forms: dict[str, tuple[str, PageForm]] = {}
        self.visits: dict[str, tuple[str, str]] = {}
        self.reached = frozenset[str]()
        self.parameters: dict[str, set[str]] = {}
        self.links: dict[str, set[str]] = {}
        self.targets: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        self.answers: dict[tuple[str, str], httpx.Response] = {}

    async def walk(self, name: str, start: Sequence[str]) -> None:
        """Where the person starts, and all kinds of pages that they get to: of each kind as many as lead somewhere new. A document
        is opened once."""
        queue, seen, dull = deque(start), set(start), Counter[str]()
        known: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
        while queue:
            path = queue.popleft()
            template = self._kind("GET", path)
            if template is None or path.startswith("/static/"):
                continue
            if dull[template] >= DULL and path not in start:
                continue
            page = await self.crowd[name].get(path)
            parser = self._take_in(name, template, path, page)
            led = {(method, self._kind(method, target)) for method, target in parser.targets}
            dull[template] = (
                DULL if _is_document(page) else 0 if led - known[template] else dull[template] + 1
            )
            known[template] |= led
            fresh = [link for link in parser.links if link not in seen]
            seen.update(fresh)
            queue.extend(fresh)

    def _take_in(self, name: str, template: str, path: str, page: httpx.Response) -> Parser:
        """What the page says of where one gets from it."""
        self.visits.setdefault(template, (name, path))
        self.answers[name, path] = page
        parser = read(page)
        if page.status_code == 303:
            parser.links.append(page.headers["location"])
        for target in sorted(parser.targets):
            self.targets[name].setdefault(target, path)
        here = path.partition("?")[0]
        own = self.links.setdefault(template, set())
        own.update(link for link in parser.links if link.partition("?")[0] == here)
        for form in parser.forms:
            self._keep(name, form)
        return parser

    def _kind(self, method: str, path: str) -> str | None:
        return template_of(path.partition("?")[0], self.pages if method == "GET" else self.routes)

    def _keep(self, name: str, form: PageForm) -> None:
        template = self._kind("POST", form.action)
        if template is None:
            return
        known = self.forms.get(template)
        if known is None or len(form.fields) > len(known[1].fields):
            self.forms[template] = name, filled(form)

    async def listen(self, app: Litestar) -> None:
        """What each route reads of what is sent, and each page of its address, whether a page has shown it or not."""
        for template, (name, form) in self.forms.items():
            with listening() as names:
                await send(self.crowd[name], form.action, list(form.values().items()))
            self.parameters[template] = names - form.values().keys()
        for route, handler in gets(app):
            if "request" in handler.parsed_fn_signature.parameters and route.path_format in self.visits:
                name, path = self.visits[route.path_format]
                with listening() as names:
                    await self.crowd[name].get(path)
                self.parameters[route.path_format] = names

    async def look(self, name: str, path: str) -> None:
        """A page that nothing led to."""
        page = await self.crowd[name].get(path)
        if page.status_code == 200:
            for form in read(page).forms:
                self._keep(name, form)


def _is_document(page: httpx.Response) -> bool:
    return page.status_code == 200 and not page.headers["content-type"].startswith("text/html")


@pytest_asyncio.fixture(scope="session")
async def walked(
    standing_app: Litestar, watched: Watched, going_on: GoingOn, sessions: dict[str, str], world: World
) -> Walk:
    """Everybody has been everywhere, first where something waits for them."""
    crowd = Crowd(standing_app, watched, sessions)
    walk = Walk(standing_app, crowd)
    with printed_once():
        for name in crowd.browsers:
            links = [] if name else await link_pages(watched)
            await walk.walk(name, ["/", *going_on.pages.get(name, ()), *links])
    walk.reached = frozenset(walk.visits)
    funded = objects(world)["awarded"]["application_id"]
    for route, handler in gets(standing_app):
        if route.path_format not in walk.visits and not route.path_format.endswith("/stream"):
            for name, path in places(world, route, handler):
                walk.visits.setdefault(route.path_format, (name, path))
                await walk.look(name, f"{path}?application={funded}")
    walk.forms |= {path: (NOBODY, PageForm(path, "")) for path in NOT_SHOWN}
    await walk.listen(standing_app)
    await crowd.leave()
    return walk


def places(world: World, route: Any, handler: Any) -> list[tuple[str, str]]:
    """Who may ask for this route, and for what: one of each role, and nobody signed in where anybody may."""
    sets = objects(world).values() if route.path_parameters else [{"reference": ""}]
    paths = {fill(route.path_format, ids): ids for ids in sets}
    if any(item.anyone for item in handler.opt["allow"].items):
        return [(NOBODY, path) for path in paths]
    askers = {
        (role, path): name
        for name, role in EVERYBODY.items()
        for path, ids in paths.items()
        if may(handler.opt["allow"], world, name, ids)
    }
    return [(name, path) for (_, path), name in askers.items()]
