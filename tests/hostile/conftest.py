"""The forms of the told story, found once, and browsers that take back what they did and say what they wrote."""

import contextlib
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
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
from tests.hostile.asking import listening
from tests.hostile.forms import Field, Found, filled, gets, posts, read, send, template_of
from tests.house.story import fill, may, objects
from tests.house.world import EVERYBODY, TakesBack, World

NOBODY = ""
MOST_OF_A_KIND = 8


class Watched(TakesBack):
    """Takes back what a request wrote, and says what would have been committed."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_size=2)
        self._writes: list[str] = []
        self.kept: list[str] = []
        self.said: list[str] = []
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._see)
        event.listen(self.engine.sync_engine, "rollback", lambda _: self._writes.clear())

    def _see(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
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
            if tx.recorded:
                rows = await tx.session.execute(_SAID, {"now": tx.now})
                self.said += rows.scalars().all()

    def forget(self) -> None:
        """Before the next request."""
        self.kept.clear()
        self.said.clear()


_SAID = text(
    """
    SELECT kind || data::text FROM event WHERE recorded_at = :now
    UNION ALL SELECT subject FROM mail WHERE created_at = :now
    """
)


class Crowd:
    """A browser for each person, all on one watched database."""

    def __init__(self, app: Litestar, db: Watched, sessions: dict[str, str]) -> None:
        self.app = app
        self.db = db
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
        await self.db.dispose()


@pytest_asyncio.fixture
async def crowd(standing_app: Litestar, story: str, sessions: dict[str, str]) -> AsyncIterator[Crowd]:
    """Everybody's browsers."""
    made = Crowd(standing_app, Watched(story), sessions)
    yield made
    await made.leave()


async def _link_pages(db: Database) -> list[str]:
    """The pages of all links that are still good."""
    async with db.reader() as connection:
        rows = await connection.execute(
            text("SELECT * FROM link WHERE used_at IS NULL AND revoked_at IS NULL")
        )
        return [f"/link/{row.purpose}/{token_of(row.id, row.nonce)}" for row in rows]


async def _sign_in_request(story: str) -> UUID:
    """Somebody has asked for a link and a code, and holds the page that takes the code."""
    db = Database(story)
    async with db.transaction(now=clock.now()) as tx:
        request_id = await ask_to_sign_in(tx, "omar@facility.example")
    await db.dispose()
    return request_id


class Walk:
    """Follows the links of the pages, from each person's first page on, and keeps the forms: one for each route."""

    def __init__(self, app: Litestar, crowd: Crowd) -> None:
        self.crowd = crowd
        self.routes = [route.path_format for route, _ in posts(app)]
        self.pages = [route.path_format for route, _ in gets(app)]
        self.found: dict[str, tuple[str, Found]] = {}
        self.shown: dict[str, tuple[str, str]] = {}
        self.asked: dict[str, set[str]] = {}
        self.links: dict[str, set[str]] = {}
        self.targets: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        self.answers: dict[tuple[str, str], httpx.Response] = {}

    async def walk(self, name: str, start: Sequence[str]) -> None:
        """All kinds of pages that the person gets to, a few of each."""
        queue, seen, visits = deque(start), set(start), Counter[str]()
        while queue:
            path = queue.popleft()
            template = template_of(path.partition("?")[0], self.pages)
            if template is None or path.startswith("/static/") or visits[template] == MOST_OF_A_KIND:
                continue
            visits[template] += 1
            page = await self.crowd[name].get(path)
            self.shown.setdefault(template, (name, path))
            parser = read(page)
            if page.status_code == 303:
                parser.links.append(page.headers["location"])
            self.answers[name, path] = page
            for target in sorted(parser.targets):
                self.targets[name].setdefault(target, path)
            self.links.setdefault(template, set()).update(
                link for link in parser.links if link.partition("?")[0] == path.partition("?")[0]
            )
            for form in parser.forms:
                self._keep(name, form)
            fresh = [link for link in parser.links if link not in seen]
            seen.update(fresh)
            queue.extend(fresh)

    def _keep(self, name: str, form: Found) -> None:
        template = template_of(form.action.partition("?")[0], self.routes)
        if template is None:
            return
        known = self.found.get(template)
        if known is None or len(form.fields) > len(known[1].fields):
            self.found[template] = name, filled(form)

    async def listen(self, app: Litestar) -> None:
        """What each route reads of what is sent, and each page of its address, whether a page has shown it or not."""
        for template, (name, form) in self.found.items():
            with listening() as names:
                await send(self.crowd[name], form.action, list(form.values().items()))
            self.asked[template] = names - form.values().keys()
        for route, handler in gets(app):
            if "request" in handler.parsed_fn_signature.parameters and route.path_format in self.shown:
                name, path = self.shown[route.path_format]
                with listening() as names:
                    await self.crowd[name].get(path)
                self.asked[route.path_format] = names

    async def look(self, name: str, path: str) -> None:
        """A page that nothing led to."""
        page = await self.crowd[name].get(path)
        if page.status_code == 200:
            for form in read(page).forms:
                self._keep(name, form)


@pytest_asyncio.fixture(scope="session")
async def walked(standing_app: Litestar, story: str, sessions: dict[str, str], world: World) -> Walk:
    """Everybody has been everywhere; where no page shows a route's form, it is one with the fields that others have."""
    crowd = Crowd(standing_app, Watched(story), sessions)
    walk = Walk(standing_app, crowd)
    code = f"/sign-in/check/{await _sign_in_request(story)}"
    for name in crowd.browsers:
        await walk.walk(name, ["/", *([] if name else ["/sign-in", code, *await _link_pages(crowd.db)])])
    funded = objects(world)["awarded"]["application_id"]
    for route, handler in gets(standing_app):
        if route.path_format not in walk.shown and not route.path_format.endswith("/stream"):
            for name, path in places(world, route, handler):
                walk.shown.setdefault(route.path_format, (name, path))
                await walk.look(name, f"{path}?application={funded}")
    for route, handler in posts(standing_app):
        name, path = places(world, route, handler)[0]
        guessed = [Field(one, "text", "1") for one in ("reason", "seen", "version", "choice")]
        walk.found.setdefault(route.path_format, (name, Found(path, "", guessed)))
    await walk.listen(standing_app)
    await crowd.leave()
    return walk


def places(world: World, route: Any, handler: Any) -> list[tuple[str, str]]:
    """Everybody who may ask for this route, and for what."""
    found = []
    for name in (NOBODY, *EVERYBODY):
        for ids in objects(world).values() if route.path_parameters else [{"reference": ""}]:
            anyone = any(item.anyone for item in handler.opt["allow"].items)
            if anyone if name == NOBODY else may(handler.opt["allow"], world, name, ids):
                found.append((name, fill(route.path_format, ids)))
    return found
