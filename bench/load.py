"""A load client: raw HTTP over connections that stay open, on loopback, with nothing between it and the server."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import msgspec

ANSWER_WITHIN = 30.0


class Answer(msgspec.Struct, frozen=True):
    """What came back: the status, the head and the body."""

    status: int
    head: bytes
    body: bytes


class Line:
    """One open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        """Connect to the server on this port."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))

    async def ask(self, request: bytes) -> Answer:
        """Send one request and read the whole of its answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        body = await self._reader.readexactly(length) if length else b""
        return Answer(int(head[9:12]), head, body)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def get(path: str, cookie: str = "") -> bytes:
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}\r\n".encode()


def post(path: str, body: str, cookie: str = "") -> bytes:
    """The bytes of a POST of an urlencoded form."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n" if cookie else ""


async def once(port: int, request: bytes) -> Answer:
    """One request on a connection of its own."""
    line = await Line.open(port)
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await line.ask(request)
    finally:
        line.close()


class Lines:
    """Several open connections to one server, each asking again as soon as it is answered."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, port: int, connections: int) -> AsyncIterator["Lines"]:
        """Connect so many times, until the block ends."""
        lines = [await Line.open(port) for _ in range(connections)]
        try:
            yield cls(lines)
        finally:
            for line in lines:
                line.close()

    async def keep_asking(self, request: bytes, seconds: float) -> float:
        """The same request again and again for so long; answers a second. Raises AssertionError but for 200."""
        done = 0
        begin = time.perf_counter()
        end = begin + seconds

        async def work(line: Line) -> None:
            nonlocal done
            while time.perf_counter() < end:
                answer = await line.ask(request)
                assert answer.status == 200, answer.head
                done += 1

        await self._all(work, seconds)
        return done / (time.perf_counter() - begin)

    async def ask_each(self, requests: Iterator[bytes], status: int) -> float:
        """Each of these requests once; answers a second. Raises AssertionError for another status."""
        done = 0
        begin = time.perf_counter()

        async def work(line: Line) -> None:
            nonlocal done
            for request in requests:
                answer = await line.ask(request)
                assert answer.status == status, answer.head + answer.body
                done += 1

        await self._all(work, ANSWER_WITHIN)
        return done / (time.perf_counter() - begin)

    async def _all(self, work: Callable[[Line], Awaitable[None]], seconds: float) -> None:
        async with asyncio.timeout(seconds + ANSWER_WITHIN):
            await asyncio.gather(*(work(line) for line in self._lines))
