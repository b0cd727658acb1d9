"""What may be sent, by whom: a little by anybody, read at once; more by people whom we know; and so much in all."""

import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from litestar import Litestar, Router, post
from sqlalchemy import event, text

from facility import clock
from facility.accounts.service.sessions import begin_session
from facility.app import create_app
from facility.db import Database
from facility.outbox.links import make_link, path_of
from facility.settings import Settings
from facility.web import bodies, cookies, csrf, forms
from facility.web.access import ANYONE, SIGNED_IN, TAKES_FILES, Role, allow
from facility.web.bodies import AT_ONCE, FIRST, MOST_FORM, Bodies, Budget, Sender, receive
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, View
from facility.web.stops import Stop
from tests.browser import SECRET, Browsers, gives_reason, living
from tests.cast import Cast
from tests.web.notes import BASE

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=limit"
TOKEN = csrf.token_for(SECRET, "of-this-browser")
END = b"--limit--\r\n"


def part(disposition: str, content: bytes) -> bytes:
    return f"--limit\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def length(view: View, form: Form) -> Page:
    """How much came."""
    size = sum(len(value) for values in form.fields.values() for value in values)
    return view.download(str(size).encode(), "size.txt", "text/plain")


@post("/try/anyone", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def by_anyone(view: View, form: Form) -> Page:
    return length(view, form)


@post("/try/member", opt={"allow": allow(SIGNED_IN)}, sync_to_thread=False)
def by_member(view: View, form: Form) -> Page:
    return length(view, form)


@post("/try/secretariat", opt={"allow": allow(Role.SECRETARIAT)} | TAKES_FILES, sync_to_thread=False)
def by_secretariat(view: View, form: Form) -> Page:
    Fields(form).file("f")
    return length(view, form)


@post("/try/forgotten", opt={"allow": allow(SIGNED_IN)}, sync_to_thread=False)
def forgotten(view: View, form: Form) -> Page:
    Fields(form).file("f")
    return length(view, form)


@post("/link/try/{token:str}", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def by_link(view: View, form: Form, token: FromPath[str]) -> Page:
    return length(view, form)


@pytest_asyncio.fixture
async def app(settings: Settings, db: Database) -> AsyncIterator[Litestar]:
    """The accounts' pages, and some that say how much they got."""
    tried = Router("/", route_handlers=[by_anyone, by_member, by_secretariat, forgotten, by_link])
    async with living(create_app(settings, db, routers=[*BASE, tried], freeze=False)) as made:
        yield made


class Sending:
    """A request whose body comes in pieces; it knows how many bytes were read."""

    def __init__(self, app: Litestar, pieces: list[bytes], *, ends: bool = True) -> None:
        self._app = app
        self._pieces = pieces
        self._ends = ends
        self.read = 0
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def post(self, path: str, session: str = "", kind: str = URLENCODED, **headers: str) -> "Sending":
        """Send it."""
        cookie = f"{cookies.CSRF}=of-this-browser" + (f"; {cookies.SESSION}={session}" if session else "")
        given = {"host": "facility.test", "content-type": kind, "cookie": cookie, **headers}
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("facility.test", 80),
            "client": ("192.0.2.7", 1),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "state": {},
        }
        await self._app(scope, self._receive, self._send)  # type: ignore[arg-type]
        return self

    async def _receive(self) -> dict[str, Any]:
        if self._pieces:
            piece = self._pieces.pop(0)
            self.read += len(piece)
            more = bool(self._pieces) or not self._ends
            return {"type": "http.request", "body": piece, "more_body": more}
        assert not self._ends, "read beyond the end"
        raise TimeoutError  # as when the time that we give it is over

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


def form_of(size: int) -> list[bytes]:
    """A form whose one field has so many letters, in pieces as they come from a socket."""
    body = urlencode({csrf.FIELD: TOKEN, "a": "x" * size}).encode()
    return [body[at : at + 30_000] for at in range(0, len(body), 30_000)]


@pytest_asyncio.fixture
async def session(db: Database, cast: Cast) -> Callable[[UUID], Awaitable[str]]:
    """The token of a session that somebody has begun."""

    async def begun(person: UUID) -> str:
        async with db.transaction(now=clock.now(), actor=person) as tx:
            return await begin_session(tx, person)

    return begun


type Begins = Callable[[UUID], Awaitable[str]]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/try/anyone", 413), ("/try/member", 401), ("/try/secretariat", 401), ("/link/try/none", 413)],
)
async def test_a_strangers_large_body_is_not_read(app: Litestar, cast: Cast, path: str, status: int) -> None:
    for headers in ({"content-length": "12000000"}, {}):
        sent = await Sending(app, [b"x" * 30_000] * 400).post(path, **headers)
        assert sent.status == status
        assert sent.read <= FIRST + 30_000
    assert app.state.bodies.unknown.bodies == app.state.bodies.unknown.bytes == 0


async def test_a_session_that_never_was_is_a_strangers(app: Litestar, cast: Cast) -> None:
    sent = await Sending(app, [b"x" * 30_000] * 400).post("/try/secretariat", session="no such session")
    assert (sent.status, sent.read) == (401, 60_000)


async def test_a_strangers_slow_body_is_not_waited_for(app: Litestar, cast: Cast) -> None:
    for path, status in (("/try/anyone", 408), ("/try/member", 401)):
        sent = await Sending(app, [b"a="], ends=False).post(path)
        assert sent.status == status


async def test_a_small_body_is_read_before_anything_is_asked(
    app: Litestar, db: Database, cast: Cast, session: Begins
) -> None:
    token = await session(cast.omar)
    read_so_far: list[float] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *_: read_so_far.append(sent.read))
    sent = Sending(app, [b"", f"{csrf.FIELD}=".encode(), TOKEN.encode(), b"&a=x"])
    await sent.post("/try/member", session=token)
    assert (sent.status, sent.body) == (200, b"1")
    assert read_so_far == [sent.read]


async def test_who_sends_much_is_asked_for_once_and_then_read(
    app: Litestar, db: Database, cast: Cast, session: Begins
) -> None:
    token = await session(cast.omar)
    executed: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    sent = await Sending(app, form_of(900_000)).post("/try/member", session=token)
    assert (sent.status, sent.body, len(executed)) == (200, b"900000", 1)


async def test_a_form_without_files_is_small_for_everybody(
    app: Litestar, cast: Cast, session: Begins
) -> None:
    token = await session(cast.ada)
    sent = await Sending(app, form_of(5_000_000)).post("/try/member", session=token)
    assert sent.status == 413
    assert sent.read <= MOST_FORM + 30_000


async def test_a_form_with_files_may_be_large_and_what_is_beyond_is_read_and_not_kept(
    app: Litestar, cast: Cast, session: Begins
) -> None:
    token = await session(cast.ada)
    first = part(f'form-data; name="{csrf.FIELD}"', TOKEN.encode())
    file = part('form-data; name="f"; filename="x"', b"x" * 9_000_000)
    pieces = [first + file + END]
    sent = await Sending(app, pieces).post("/try/secretariat", session=token, kind=MULTIPART)
    assert sent.status == 200
    begin = first + part('form-data; name="f"; filename="x"', b"")[:-2]
    large = Sending(app, [begin, *[b"x" * 1_000_000] * 30, END])
    await large.post("/try/secretariat", session=token, kind=MULTIPART)
    assert (large.status, large.read > 30_000_000) == (200, True)


async def test_who_may_not_sends_no_files_and_gets_the_texts_back(
    app: Litestar, cast: Cast, session: Begins
) -> None:
    token = await session(cast.omar)
    pieces = form_of(60_000)
    pieces.append(b"&b=words+of+mine")
    kept = await Sending(app, pieces).post("/try/secretariat", session=token)
    assert (kept.status, b"words of mine" in kept.body) == (403, True)
    large = await Sending(app, [b"x" * 30_000] * 400).post("/try/secretariat", session=token)
    assert large.status == 413
    assert large.read <= MOST_FORM + 30_000


async def test_a_long_form_is_carried_on_after_the_end_of_a_session(
    app: Litestar, db: Database, cast: Cast, session: Begins
) -> None:
    token = await session(cast.omar)
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE session SET expires_at = now() - interval '1 second'"))
    pieces = form_of(60_000)
    pieces.append(b"&b=words+of+mine")
    sent = await Sending(app, pieces).post("/try/member", session=token)
    assert (sent.status, sent.body.count(b"words of mine")) == (401, 2)


async def test_the_holder_of_a_link_sends_as_much_as_its_form_takes(
    app: Litestar, db: Database, cast: Cast
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        path = path_of(await make_link(tx, "try", uuid4()))
        other = path_of(await make_link(tx, "another", uuid4())).replace("another", "try")
    sent = await Sending(app, form_of(900_000)).post(path)
    assert (sent.status, sent.body) == (200, b"900000")
    assert (await Sending(app, form_of(900_000)).post(other)).status == 413


async def test_a_process_holds_so_many_bodies_and_no_more(app: Litestar, cast: Cast, session: Begins) -> None:
    token = await session(cast.omar)
    app.state.bodies.unknown = Budget(400, 20_000)
    app.state.bodies.known = Budget(100, 80_000)
    stranger = await Sending(app, [b"x" * 20_001], ends=False).post("/try/anyone")
    small = await Sending(app, form_of(10)).post("/try/anyone")
    known = await Sending(app, form_of(50_000)).post("/try/member", session=token)
    large = await Sending(app, form_of(120_000)).post("/try/member", session=token)
    assert [answer.status for answer in (stranger, small, known, large)] == [503, 200, 200, 503]
    assert stranger.headers["retry-after"] == large.headers["retry-after"] == "10"
    assert gives_reason(large.body.decode(), "too_many_bodies")
    held = app.state.bodies
    assert (held.known.bodies, held.known.bytes, held.unknown.bytes, held.senders) == (0, 0, 0, {})


async def test_one_person_has_so_many_large_bodies_under_way(
    app: Litestar, cast: Cast, session: Begins
) -> None:
    token = await session(cast.omar)
    app.state.bodies.senders[f"person {cast.omar}"] = AT_ONCE
    sent = await Sending(app, form_of(50_000)).post("/try/member", session=token)
    small = await Sending(app, form_of(10)).post("/try/member", session=token)
    other = await Sending(app, form_of(50_000)).post("/try/member", session=await session(cast.ada))
    assert [sent.status, small.status, other.status] == [429, 200, 200]


async def test_a_handler_that_reads_files_says_so(app: Litestar, cast: Cast, browse: Browsers) -> None:
    omar = await browse(cast.omar)
    answer = await omar.send_form("/try/forgotten", files={"f": ("x", b"x")})
    assert answer.status_code == 500


KNOWN = Sender("somebody", bodies.MOST_FILES)


def sender(*chunks: bytes) -> Any:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]

    async def next_message() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.request", "body": b"", "more_body": False}

    return next_message


def scope_with(headers: list[tuple[bytes, bytes]]) -> Any:
    app = SimpleNamespace(state=SimpleNamespace(bodies=Bodies()))
    return {"headers": headers, "state": {}, "litestar_app": app}


async def known() -> Sender:
    return KNOWN


async def stopped(headers: list[tuple[bytes, bytes]], receiver: Any) -> int:
    with pytest.raises(Stop) as stop:
        await receive(scope_with(headers), receiver, known, takes_files=True)
    return stop.value.status


URLENCODED_BODY = [(b"content-type", URLENCODED.encode())]


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() -> None:
    assert await stopped(URLENCODED_BODY, sender(b"x" * 6_000_000, b"x" * 6_000_001)) == 413
    assert await stopped(URLENCODED_BODY, sender(*[b"x" * 12_000_000] * 9)) == 413
    for announced in (b"99999999999", b"9" * 5000):
        assert await stopped([(b"content-length", announced)], sender()) == 413
    assert await stopped([(b"content-length", "²".encode("latin-1"))], sender(b"x")) == 415


async def test_who_asks_first_is_told_before_anything_is_read() -> None:
    asking = [(b"content-length", b"12000001"), (b"expect", b"100-continue")]
    assert await stopped(asking, sender()) == 413


async def test_of_a_body_of_200_mb_only_the_beginning_is_kept() -> None:
    begin = part('form-data; name="a"', b"1") + part('form-data; name="f"; filename="x"', b"")[:-2]
    megabytes = [b"x" * 2_000_000] * 100
    headers = [(b"content-type", MULTIPART.encode())]
    tracemalloc.start()
    form = await receive(scope_with(headers), sender(begin, *megabytes, END), known)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert form.fields == {"a": ["1"]}
    assert form.files == {"f": [forms.Upload("x", b"", cut=True)]}
    assert peak < 4 * bodies.MOST_FILES


async def test_a_text_that_is_too_large_stays_a_refusal() -> None:
    begin = part('form-data; name="a"', b"")[:-2]
    headers = [(b"content-type", MULTIPART.encode())]
    assert await stopped(headers, sender(begin, *[b"x" * 2_000_000] * 8, END)) == 413


async def test_a_sender_that_goes_away_is_refused() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    assert await stopped([], gone) == 400


@pytest.mark.parametrize(
    ("ahead", "counts"),
    [(0.5, 0.5), (5, 5), (60, 5), (-3, 0)],
    ids=["a moment", "most", "too much", "our future"],
)
async def test_a_request_was_there_when_our_proxy_had_it(ahead: float, counts: float) -> None:
    arrived = clock.now()
    start = arrived - timedelta(seconds=ahead)
    scope = scope_with([*URLENCODED_BODY, (b"x-request-start", f"t={start.timestamp():.6f}".encode())])
    scope["state"] |= {"read_at": arrived, "proxied": True}
    await receive(scope, sender(b"a=b"), known)
    assert abs(arrived - scope["state"]["received_at"] - timedelta(seconds=counts)) < timedelta(
        milliseconds=1
    )


@pytest.mark.parametrize(
    ("before", "counts"),
    [(None, 0), (2, 2), (60, 5), (-1, 0)],
    ids=["unknown", "in time", "no clock goes so wrong", "our future"],
)
async def test_a_request_was_there_when_the_kernel_had_it(before: float | None, counts: float) -> None:
    scope = scope_with(URLENCODED_BODY)
    read = clock.now() - timedelta(seconds=2)
    arrived = None if before is None else read - timedelta(seconds=before)
    scope["state"] |= {"read_at": read, "arrived_at": arrived}
    await receive(scope, sender(b"a=b"), known)
    assert scope["state"]["received_at"] == read - timedelta(seconds=counts)
