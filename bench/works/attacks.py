"""Strangers who hold memory and time: slow posts, heads without end, percent signs; and how others fare meanwhile.

`BENCH_CHECKOUT=<path of another checkout> make bench b=attacks` attacks the web process of that one, with its own
interpreter, database and demo story, by the same client: so figures before and after a change come from the same script.

`posts`: so many connections that send an unsigned form of 11 MB at 60 kB a second, and open anew where they are refused, ten
seconds after the last time; `drips`: the same, but 30 kB at once and a byte now and then, without a length, so that the most is
held that anybody may send. Each says by how many MB the process grew at most, and the p99 of pages that others read, before and
meanwhile. `heads`: connections that send headers without end, as long as they are taken. `percent`: forms of nothing but percent
signs, and a file, and how late the process's own event loop was at most while each came, in ms (`idle`: while none came;
whatever is as much is the machine's).
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.load import Line, get
from bench.rounds import rounded
from bench.sizes import Attack, Size
from bench.stage import Stage
from bench.target import Target, attacked, lag

READERS = 4
PAUSE = 0.02
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
AGAIN = 10
"""Seconds from the opening of a connection until the next one, where it was refused before."""
PIECE = b"a" * 6_000
"""What a slow sender sends ten times a second."""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Each attack in turn, on one process."""
    attack = size.attack
    with tempfile.TemporaryDirectory(prefix="facility-bench-attacks-") as folder:
        lags = Path(folder) / "lags"
        async with attacked(stage, lags) as target:
            await _others(target, attack.seconds)  # everything is compiled and loaded
            result: dict[str, Any] = {
                "posts": await _besieged(target, attack, _post),
                "drips": await _besieged(target, attack, _drip),
                "heads": await _heads(target, attack),
            }
            spans = [span async for span in _percent(target, attack)]
        result["percent"] = {name: rounded(lag(lags, begin, end)) for name, begin, end in spans}
    return {**result, "connections": attack.connections, "seconds": attack.seconds}


async def _besieged(
    target: Target, attack: Attack, send: Callable[[Target, float], Awaitable[None]]
) -> dict[str, float]:
    calm = await _others(target, attack.seconds)
    before = target.memory()
    end = time.monotonic() + attack.seconds

    async def keep_sending(number: int) -> None:
        await asyncio.sleep(number / attack.connections)
        while time.monotonic() < end:
            again = min(end, time.monotonic() + AGAIN)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(max(0.1, end - time.monotonic())):
                    await send(target, end)
            await asyncio.sleep(again - time.monotonic())

    async with target.watched() as memory:
        senders = [asyncio.create_task(keep_sending(number)) for number in range(attack.connections)]
        meanwhile = await _others(target, attack.seconds)
        await asyncio.gather(*senders)
    return {
        "more_mb": rounded(max(memory) - before),
        "p99_ms": rounded(_p99(meanwhile)),
        "calm_p99_ms": rounded(_p99(calm)),
        "p99_ratio": rounded(_p99(meanwhile) / _p99(calm)),
    }


@contextlib.asynccontextmanager
async def _connected(target: Target) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _post(target: Target, end: float) -> None:
    async with _connected(target) as (reader, writer):
        writer.write(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 11000000\r\n" + FORM + b"\r\n"
        )
        await _slowly(reader, writer, PIECE, end)


async def _drip(target: Target, end: float) -> None:
    async with _connected(target) as (reader, writer):
        writer.write(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n" + FORM + b"\r\n"
        )
        writer.write(b"7530\r\n" + b"a" * 30_000 + b"\r\n")
        await _slowly(reader, writer, b"1\r\na\r\n", end)


async def _slowly(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes, end: float
) -> None:
    """Until it is answered, or the time is over."""
    answer = asyncio.create_task(reader.read(1))
    while not answer.done() and time.monotonic() < end:
        writer.write(piece)
        await writer.drain()
        await asyncio.wait([answer], timeout=0.1)
    answer.cancel()


async def _others(target: Target, seconds: float) -> list[float]:
    """How long each of the pages took that others read, in ms."""
    took: list[float] = []
    end = time.monotonic() + seconds

    async def read(path: str, cookie: str) -> None:
        line = await Line.open(target.port)
        while time.monotonic() < end:
            begin = time.perf_counter()
            answer = await line.ask(get(path, cookie))
            took.append(1000 * (time.perf_counter() - begin))
            assert answer.status == 200, answer.head
            await asyncio.sleep(PAUSE)
        line.close()

    await asyncio.gather(
        *(read("/calls", "") for _ in range(READERS // 2)),
        *(read("/applications/received", target.cookie) for _ in range(READERS // 2)),
    )
    return took


def _p99(took: list[float]) -> float:
    ordered = sorted(took)
    return ordered[int(len(ordered) * 0.99)]


async def _heads(target: Target, attack: Attack) -> dict[str, Any]:
    """Headers without end, by all connections at once."""
    before = target.memory()
    answers: list[bytes] = []

    async def send() -> None:
        with contextlib.suppress(OSError):
            async with _connected(target) as (reader, writer):
                writer.write(b"GET /calls HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
                answer = asyncio.create_task(reader.read(12))
                for _ in range(attack.head // len(PIECE)):
                    writer.write(PIECE)
                    await writer.drain()
                    await asyncio.wait([answer], timeout=0.005)
                    if answer.done():
                        break
                await asyncio.wait([answer], timeout=2)
                answers.append(answer.result()[9:12] if answer.done() else b"none")
                answer.cancel()

    async with target.watched() as memory:
        await asyncio.gather(*(send() for _ in range(attack.connections)))
    more = max(memory) - before
    return {
        "more_mb": rounded(more),
        "kb_each": rounded(1024 * more / attack.connections),
        "refused": sum(answer == b"431" for answer in answers),
    }


async def _percent(target: Target, attack: Attack) -> AsyncIterator[tuple[str, float, float]]:
    """Each alone, with a moment before it."""
    large, form = attack.body, min(attack.body, 1_900_000)
    sent = {
        "stranger": _body("/sign-in", b"a=" + b"%41" * (large // 3)),
        "signed_in": _body("/me", b"a=" + b"%41" * (large // 3), target.cookie),
        "signed_in_2_mb": _body("/me", b"a=" + b"%41" * (form // 3), target.cookie),
        "file": _file(target, b"%41" * (min(large, 9_900_000) // 3)),
    }
    begin = time.monotonic()
    await asyncio.sleep(attack.seconds)
    yield "idle", begin, time.monotonic()
    for name, request in sent.items():
        begin = time.monotonic()
        for _ in range(3):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                line = await Line.open(target.port)
                await line.ask(request)
                line.close()
        yield name, begin, time.monotonic()


def _body(path: str, body: bytes, cookie: str = "", kind: bytes = FORM) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + kind + b"\r\n" + body


def _file(target: Target, content: bytes) -> bytes:
    parts = f'--b\r\nContent-Disposition: form-data; name="_csrf_token"\r\n\r\n{target.token}\r\n'.encode()
    parts += b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + content
    kind = b"Content-Type: multipart/form-data; boundary=b\r\n"
    return _body("/rehearsal", parts + b"\r\n--b--\r\n", target.cookie, kind)
