"""Attachments of a megabyte, sent through a real web process, searched and stored; and how its pages feel meanwhile."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psutil
from sqlalchemy import text

from bench.copies import copy_application
from bench.documents import MIX
from bench.load import Line
from bench.processes import Process, running
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.cheap_documents import colleagues
from bench.works.submission import ready_draft
from facility.applications.rules.drafting import MAX_DOCUMENTS
from facility.web.csrf import FIELD

SENDERS = 4
EACH = MAX_DOCUMENTS - 4
LOOK_EVERY = 0.1
BOUNDARY = "a-boundary-that-no-document-holds"
MB = 1024 * 1024


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Files a second, peak memory, and the greatest lag of the web process's event loop, beside that of a loop which does
    nothing at the same time: what the machine adds. No ratio."""
    folder = Path(tempfile.mkdtemp(prefix="facility-bench-scan-"))
    try:
        files = await asyncio.to_thread(_made, folder, size.files)
        ready = await ready_draft(stage)
        drafts = await copy_application(stage, ready.id, -(-size.files // EACH))
        officers = await colleagues(stage, ready.id, len(drafts))
        seen, idle = folder / "lags", folder / "idle"
        async with (
            stage.product("bench.watched", BENCH_LAGS=str(seen)) as web,
            running(["-m", "bench.watched", "idle"], {**stage.environ, "BENCH_LAGS": str(idle)}),
        ):
            sending = Sending(stage, web, officers, files, drafts)
            await sending.warm()
            await asyncio.sleep(size.starting)
            begin = time.monotonic()
            memory = await _watching(web, sending.send_all())
            end = time.monotonic()
        lags, bare = (_lags(path, begin, end) for path in (seen, idle))
    finally:
        shutil.rmtree(folder)
    waits = sorted(sending.waits)
    return {
        "files": len(waits),
        "mb_each": rounded(sum(sending.sizes) / len(waits) / 1e6),
        "files_per_second": rounded(len(waits) / (end - begin)),
        "p50_ms": rounded(waits[len(waits) // 2] * 1000),
        "p99_ms": rounded(waits[int(len(waits) * 0.99)] * 1000),
        "web_peak_mb": rounded(memory.web),
        "readers_peak_mb": rounded(memory.readers),
        "lag_p99_ms": rounded(lags[int(len(lags) * 0.99)] * 1000),
        "lag_max_ms": rounded(lags[-1] * 1000),
        "idle_lag_p99_ms": rounded(bare[int(len(bare) * 0.99)] * 1000),
        "idle_lag_max_ms": rounded(bare[-1] * 1000),
        "senders": SENDERS,
    }


def _lags(path: Path, begin: float, end: float) -> list[float]:
    """How late a loop was between two instants, sorted, in seconds."""
    seen = msgspec.json.decode(path.read_bytes(), type=list[tuple[float, float]])
    return sorted(lag for at, lag in seen if begin <= at <= end)


def _made(folder: Path, count: int) -> list[Path]:
    """The files, no two the same, made beforehand."""
    made = []
    for number in range(count):
        make = MIX[number % len(MIX)]
        path = folder / f"{number:04}-{make.__name__}"
        path.write_bytes(make(random.Random(number)))
        made.append(path)
    return made


class Memory(msgspec.Struct):
    """The most that was seen, in MB: of the web process, and of all that read documents for it together."""

    web: float = 0.0
    readers: float = 0.0


async def _watching(web: Process, work: Any) -> Memory:
    memory = Memory()
    process = psutil.Process(web.popen.pid)
    task = asyncio.create_task(work)
    while not task.done():
        memory.web = max(memory.web, process.memory_info().rss / MB)
        memory.readers = max(
            memory.readers, sum(_own(child) for child in process.children(recursive=True)) / MB
        )
        await asyncio.wait([task], timeout=LOOK_EVERY)
    await task
    return memory


def _own(process: psutil.Process) -> int:
    """Its share: what a child has in common with its parent is counted once."""
    try:
        share: int = process.memory_full_info().pss
    except psutil.Error:  # it has ended meanwhile
        return 0
    return share


class Sending:
    """Several people who attach documents at the same time, one after the other each, to drafts of their own: each draft
    by another officer, since one may not send them without end."""

    def __init__(
        self, stage: Stage, web: Process, officers: list[str], files: list[Path], drafts: list[UUID]
    ) -> None:
        self.waits: list[float] = []
        self.sizes: list[int] = []
        self._stage = stage
        self._web = web
        self._officers = dict(zip(drafts, officers, strict=True))
        self._chunks = iter([(draft, files[n * EACH : (n + 1) * EACH]) for n, draft in enumerate(drafts)])

    async def warm(self) -> None:
        """A page, and a document that isn't taken, so that the reader of documents has started."""
        draft, files = next(self._chunks)
        line = await Line.open(self._web.port)
        answer = await line.ask(self._request(draft, await self._version(draft), "warm", b"no document"))
        assert answer.status == 422, answer.head + answer.body
        line.close()
        self._chunks = iter([(draft, files), *self._chunks])

    async def send_all(self) -> None:
        """Everything."""
        await asyncio.gather(*(self._sender() for _ in range(SENDERS)))

    async def _sender(self) -> None:
        line = await Line.open(self._web.port)
        for draft, files in self._chunks:
            for path in files:
                content = await asyncio.to_thread(path.read_bytes)
                request = self._request(draft, await self._version(draft), path.name, content)
                begin = time.perf_counter()
                answer = await line.ask(request)
                assert answer.status == 303, answer.head + answer.body
                self.waits.append(time.perf_counter() - begin)
                self.sizes.append(len(content))
        line.close()

    async def _version(self, draft: UUID) -> int:
        async with self._stage.db.reader() as connection:
            query = text("SELECT version FROM application WHERE id = :id")
            version: int = (await connection.execute(query, {"id": draft})).scalar_one()
        return version

    def _request(self, draft: UUID, version: int, name: str, content: bytes) -> bytes:
        fields = {FIELD: self._stage.csrf_token, "version": str(version), "void": "yes"}
        body = b"".join([*_fields(fields), _file(name, content), f"--{BOUNDARY}--\r\n".encode()])
        head = (
            f"POST /applications/{draft}/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self._officers[draft]}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def _fields(fields: dict[str, str]) -> Iterator[bytes]:
    for name, value in fields.items():
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _file(name: str, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"
