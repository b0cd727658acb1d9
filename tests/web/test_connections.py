"""Connections: what a request may be beside its body, in size and in time, and how many there are, over real sockets."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
import uvloop
from uvicorn.server import ServerState

from facility import clock
from facility.web import connections as module
from facility.web.connections import FETCH_WITHIN, HEAD_WITHIN, LINGER, MOST_HEAD, PIECE, Connections
from facility.web.peers import Proxies


class Seen:
    """An application that answers with what it was sent, and knows what it was asked."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.pieces: list[int] = []
        self.waiting = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        body = b"" if scope["path"] in ("/unread", "/deaf") else await self._read(receive)
        if scope["path"] in ("/later", "/deaf"):
            self.waiting.set()
            await self.go_on.wait()
        answer = b"x" * 20_000_000 if scope["path"] == "/large" else f"{len(body)}".encode()
        headers = [(b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _read(self, receive: Any) -> bytes:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            self.pieces.append(len(message["body"]))
            body += message["body"]
            more = message["more_body"]
        return bytes(body)


class Peer:
    """Somebody at the other end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """So much, as far as the server takes it."""
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()

    async def answers(self, count: int = 1) -> list[int]:
        """The statuses of so many answers."""
        statuses = []
        for _ in range(count):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await self.reader.readexactly(length)
            statuses.append(int(head[9:12]))
        return statuses

    async def is_closed(self) -> bool:
        """Once everything that came is read."""
        with contextlib.suppress(ConnectionError):
            assert await self.reader.read() == b""
        return True


async def until(holds: Callable[[], bool]) -> None:
    """The other end is in the same event loop: give it its turns."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is waited for knows nothing of us
            await asyncio.sleep(0)


class Site:
    """A server with its connections."""

    def __init__(self, seen: Seen, connections: Connections, port: int) -> None:
        self.seen = seen
        self.connections = connections
        self.port = port
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> Peer:
        """Somebody connects."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return Peer(reader, writer)

    async def count(self, wanted: int) -> None:
        """Until the server has so many connections."""
        await until(lambda: len(self.connections._open) == wanted)

    def later(self, seconds: float) -> None:
        """So much time has passed."""
        self.connections.sweep(asyncio.get_running_loop().time() + seconds)

    async def leave(self) -> None:
        """Everybody hangs up."""
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """On loopback."""
    seen = Seen()
    connections = Connections(Proxies([]))
    config = uvicorn.Config(seen, http=connections.protocol, ws="none", log_config=None, lifespan="off")  # type: ignore[arg-type]
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: connections.protocol(config, state, {}), "127.0.0.1", 0)
    connections.listen(server.sockets)
    made = Site(seen, connections, server.sockets[0].getsockname()[1])
    yield made
    seen.go_on.set()
    await made.leave()
    server.close()
    await server.wait_closed()
    await made.count(0)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """In the event loop of the test."""
    async with serving() as made:
        yield made


GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


async def test_ordinary_requests_one_after_the_other_on_one_connection(site: Site) -> None:
    peer = await site.connect()
    await peer.send(GET, POST + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000, GET)
    assert await peer.answers(3) == [200, 200, 200]
    assert sum(site.seen.pieces) == 300_000


async def test_of_a_body_that_nobody_asks_for_nothing_more_is_read(site: Site) -> None:
    peer = await site.connect()
    await peer.send(b"POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 90)
    await site.seen.waiting.wait()
    sending = asyncio.create_task(peer.send(*[b"x" * 100_000] * 90))
    for _ in range(50):
        await asyncio.sleep(0)
    (connection,) = site.connections._open
    assert len(connection._http.cycle.body) < 2 * PIECE
    site.seen.go_on.set()
    assert await peer.answers() == [200]
    await sending


async def test_a_small_request_has_its_instant_before_anybody_looks_at_it(site: Site) -> None:
    peer = await site.connect()
    await peer.send(b"POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
    await site.seen.waiting.wait()
    (scope,) = site.seen.scopes
    assert "arrived_at" not in scope["state"]
    before = clock.now()
    await peer.send(b"text")
    await until(lambda: "read_at" in scope["state"])
    assert before <= scope["state"]["arrived_at"] <= scope["state"]["read_at"] <= clock.now()


def _nobody_looks() -> datetime:
    """The event loop has other work for a while. Returns when that began."""
    begin = clock.now()
    while clock.now() - begin < timedelta(milliseconds=20):
        pass
    return begin


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels don't say it")
@pytest.mark.parametrize("connected", [False, True], ids=["new connection", "open connection"])
async def test_what_waited_while_the_loop_was_busy_has_the_instant_at_which_it_came(
    site: Site, *, connected: bool
) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as peer:
        if connected:
            await site.count(1)
        peer.sendall(POST + b"Content-Length: 4\r\n\r\nte")
        _nobody_looks()
        before = clock.now()
        peer.sendall(b"xt")
        after = _nobody_looks()
        await until(lambda: bool(site.seen.scopes) and "read_at" in site.seen.scopes[0]["state"])
        state = site.seen.scopes[0]["state"]
    assert before <= state["arrived_at"] <= after < state["read_at"]


def test_all_who_wait_come_in_at_once() -> None:
    async def knock() -> int:
        async with serving() as site, asyncio.timeout(20):
            with contextlib.ExitStack() as stack:
                for _ in range(50):
                    stack.enter_context(socket.create_connection(("127.0.0.1", site.port)))
                turns = 0
                while len(site.connections._open) < 50:
                    turns += 1
                    await asyncio.sleep(0)
        return turns

    assert uvloop.run(knock()) < 10  # uvloop by itself lets one in with each turn


async def test_of_a_body_that_somebody_reads_little_is_held(site: Site) -> None:
    peer = await site.connect()
    sending = asyncio.create_task(
        peer.send(POST + b"Content-Length: 9000000\r\n\r\n", *[b"x" * 100_000] * 90)
    )
    assert await peer.answers() == [200]
    await sending
    assert sum(site.seen.pieces) == 9_000_000
    assert max(site.seen.pieces) < 2 * PIECE


@pytest.mark.parametrize(
    "head",
    [
        GET[:-2] + b"X: " + b"x" * 100_000_000,
        b"GET /" + b"x" * 1_000_000,
        GET[:-2] + b"".join(b"X%d: x\r\n" % n for n in range(1_000_000)),
        GET[:-2] + b"".join(b"X%d: x\r\n" % n for n in range(101)) + b"\r\n",
    ],
    ids=["one header", "the line", "headers without end", "too many"],
)
async def test_a_head_has_a_size(site: Site, head: bytes) -> None:
    peer = await site.connect()
    await peer.send(*(head[at : at + PIECE] for at in range(0, min(len(head), 20 * PIECE), PIECE)))
    with contextlib.suppress(ConnectionError):  # what it still sends may meet a closed door
        assert await peer.answers() == [431]
    await site.count(0)
    assert site.seen.scopes == []


async def test_a_head_of_a_usual_size_passes(site: Site) -> None:
    peer = await site.connect()
    await peer.send(GET[:-2] + b"Cookie: " + b"x" * (MOST_HEAD - 200) + b"\r\n\r\n")
    assert await peer.answers() == [200]


async def test_a_head_has_a_time(site: Site) -> None:
    slow, silent = await site.connect(), await site.connect()
    await site.count(2)
    await slow.send(GET[:20])
    await until(lambda: any(connection.in_head for connection in site.connections._open))
    site.later(HEAD_WITHIN - 1)
    await slow.send(GET[20:30])
    site.later(HEAD_WITHIN + 1)
    assert await slow.answers() == [408]
    assert await silent.is_closed()


async def test_who_asks_nothing_more_is_not_kept(site: Site) -> None:
    peer = await site.connect()
    await peer.send(GET)
    assert await peer.answers() == [200]
    await peer.send(b"\r\n")
    site.later(60)
    assert await peer.is_closed()


@pytest.mark.parametrize(
    "body",
    [
        b"1;" + b"x" * 10_000_000,
        b"1\r\nx\r\n0\r\n" + b"X: y\r\n" * 1_000_000,
        b"1\r\nx\r\n" * 1_000_000,
    ],
    ids=["an extension", "trailers", "tiny chunks"],
)
async def test_what_frames_a_body_has_a_size(site: Site, body: bytes) -> None:
    peer = await site.connect()
    await peer.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    await peer.send(*(body[at : at + PIECE] for at in range(0, 20 * PIECE, PIECE)))
    await site.count(0)
    assert sum(site.seen.pieces) < MOST_HEAD


async def test_chunks_pass_and_trailers_are_dropped(site: Site) -> None:
    peer = await site.connect()
    chunks = b"".join(b"2000\r\n" + b"x" * 8192 + b"\r\n" for _ in range(200))
    await peer.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nCookie: session=a\r\n\r\n")
    assert await peer.answers() == [200]
    assert [name for name, _ in site.seen.scopes[0]["headers"]] == [b"host", b"transfer-encoding"]


async def test_the_body_of_a_get_is_dropped_and_has_a_size(site: Site) -> None:
    small, large = await site.connect(), await site.connect()
    await small.send(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", GET)
    assert await small.answers(2) == [200, 200]
    await large.send(b"GET /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n")
    assert await large.answers() == [200]
    await large.send(*[b"x" * PIECE] * 40)
    await site.count(1)
    assert sum(site.seen.pieces) == 0


async def test_the_rest_of_a_body_that_nobody_reads_has_a_time(site: Site) -> None:
    fast, slow = await site.connect(), await site.connect()
    for peer in (fast, slow):
        await peer.send(b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"x" * 10)
        assert await peer.answers() == [200]
    await fast.send(b"x" * 99_990 + GET)
    assert await fast.answers() == [200]
    await slow.send(b"x" * 50_000)
    site.later(LINGER + 1)
    assert await slow.is_closed()
    await site.count(1)


async def test_who_asks_first_and_is_refused_has_no_second_request(site: Site) -> None:
    peer = await site.connect()
    await peer.send(b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    assert await peer.answers() == [200]
    assert await peer.is_closed()


async def test_few_requests_wait_behind_another(site: Site) -> None:
    peer = await site.connect()
    await peer.send(b"GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    await site.seen.waiting.wait()
    await peer.send(GET * 500)
    await site.count(0)
    assert await peer.answers() == [431]
    assert len(site.seen.scopes) == 1


async def test_who_does_not_fetch_an_answer_is_cut_off(site: Site) -> None:
    peer = await site.connect()
    await peer.send(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"200" in await peer.reader.readuntil(b"\r\n\r\n")
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
    site.later(0)
    site.later(FETCH_WITHIN - 1)
    await site.count(1)
    site.later(FETCH_WITHIN + 1)
    await site.count(0)


def entering(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 9)
    monkeypatch.setattr(module, "MOST_OF_ADDRESS", 2)

    def enter(host: str) -> bool:
        return connections.enter(type("Some", (), {"address": ""})(), host)

    return enter


async def test_an_address_has_so_many_connections_and_so_have_all(monkeypatch: pytest.MonkeyPatch) -> None:
    enter = entering(Connections(Proxies([ip_network("10.0.0.0/8")])), monkeypatch)
    assert [enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [enter(f"2001:db8::{n}") for n in range(3)] == [True, True, False]
    assert enter("2001:db8:0:1::1")
    assert [enter("10.0.0.1") for _ in range(3)] == [True, True, True]
    assert [enter("127.0.0.1") for _ in range(2)] == [True, False]


async def test_one_connection_too_many_is_told_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 1)
    first = await site.connect()
    await site.count(1)
    second = await site.connect()
    assert await second.answers() == [503]
    first.writer.close()
    await site.count(0)
    third = await site.connect()
    await third.send(GET)
    assert await third.answers() == [200]
