"""Browsers in the test's own loop, and the app within its lifespan."""

import asyncio
import contextlib
import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from facility.db import Database
from facility.events.base import Event
from facility.message import Message
from facility.settings import Settings
from facility.web import cookies, csrf
from facility.web.i18n import translated
from facility.web.limits import Limits
from facility.web.sentences import SENTENCES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests, long enough to sign with"


def settings_for(database_url: str, data_dir: Path) -> Settings:
    """The settings of an app in tests."""
    return Settings(
        database_url=database_url,
        redis_url=None,
        smtp_url=None,
        base_url="http://facility.test",
        secret_key=SECRET,
        data_dir=data_dir,
        host="127.0.0.1",
        port=8000,
        demo=False,
        mail_from="facility@facility.test",
        facility_name="Technical Assistance Facility",
        json_log=False,
    )


def lent(app: Litestar, db: Database) -> Litestar:
    """The session's app on this test's database, with no attempt counted yet."""
    app.state.db = db
    app.state.limits = Limits(None, SECRET)
    return app


@contextlib.asynccontextmanager
async def living(app: Litestar) -> AsyncIterator[Litestar]:
    """The app within its lifespan, in a task of its own: it must end in the task in which it began, and the two ends
    of a fixture run in different ones."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        try:
            async with app.lifespan():
                started.set()
                await ended.wait()
        finally:
            started.set()

    life = asyncio.create_task(live())
    await started.wait()
    if life.done():
        await life
    yield app
    ended.set()
    await life


class Browser(httpx.AsyncClient):
    """Somebody's browser: it keeps cookies, does not follow redirects, and its forms carry the token."""

    def __init__(self, app: Litestar) -> None:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        super().__init__(transport=transport, base_url="http://facility.test")
        self.cookies.set(cookies.CSRF, "of-this-browser")

    async def send_form(
        self, path: str, data: dict[str, Any] | None = None, **options: Any
    ) -> httpx.Response:
        """POST a form as a page of ours would: with its token."""
        token = csrf.token_for(SECRET, "of-this-browser")
        return await self.post(path, data={csrf.FIELD: token, **(data or {})}, **options)


type Browsers = Callable[..., Awaitable[Browser]]


def _text(page: httpx.Response | str) -> str:
    return page if isinstance(page, str) else page.text


def errors(page: httpx.Response | str) -> list[str]:
    """The fields that the page's summary of mistakes links to."""
    return re.findall(r'<li><a href="#f-([^"]+)">', _text(page))


def error_at(page: httpx.Response | str, field: str) -> str:
    """What the page's summary of mistakes says of this field, with its label."""
    text = _text(page)
    return html.unescape(" ".join(re.findall(rf'<li><a href="#f-{field}">([^<]*)', text)))


def says(page: httpx.Response | str, message: Message, **values: object) -> bool:
    """Whether the page says this message, in whatever words, with these values in it and any others."""
    return _stands(page, translated(str(message)), values)


def _stands(page: httpx.Response | str, words: str, values: dict[str, object]) -> bool:
    text = _text(page)
    pieces = re.split(r"\{(\w+)\}", words)
    pattern = "".join(
        (re.escape(str(values[piece])) if piece in values else ".+?") if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    )
    return re.search(pattern.replace("\\ ", r"\s+"), html.unescape(text)) is not None


def gives_reason(page: httpx.Response | str, code: str, **values: object) -> bool:
    """Whether the page gives this reason, in whatever words are registered for it."""
    return says(page, SENTENCES[code], **values)


def records(page: httpx.Response | str, kind: type[Event], **values: object) -> bool:
    """Whether the page's history has an event of this kind, in whatever words."""
    words = translated(kind.sentence)
    return _stands(page, words[:1].upper() + words[1:], values)


def notices(page: httpx.Response | str) -> list[str]:
    """The kinds of the page's notices, in their order: `ok`, `info`, `wait`, `bad`."""
    return re.findall(r'class="notice notice--(\w+)"', _text(page))


def states(page: httpx.Response | str) -> list[str]:
    """What the page says of itself by mark, in order: `data-state`."""
    return re.findall(r'data-state="([\w-]+)"', _text(page))


def marked(page: httpx.Response | str, state: str) -> str:
    """What the page says where it bears this mark, without markup; "" where it bears none."""
    text = _text(page)
    element = re.search(rf'<(\w+)[^>]*data-state="{state}"[^>]*>(.*?)</\1>', text, re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", element[2])).split()) if element else ""


def work(page: httpx.Response | str) -> list[str]:
    """The kinds of the rows on the start page, in order: `data-work`."""
    return re.findall(r'data-work="([\w-]+)"', _text(page))


def stored(app: Litestar) -> set[str]:
    """What the app has in its store of documents."""
    folder: Path = app.state.renderer.settings.documents_dir
    return {f"{path.parent.name}{path.name}" for path in folder.rglob("*") if path.is_file()}
