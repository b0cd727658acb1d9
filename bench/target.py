"""The web process that is attacked: this checkout's, or, with BENCH_CHECKOUT, that of another one."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psutil

from bench.stage import Stage

LOOK_EVERY = 0.05
MB = 1024 * 1024
ELSEWHERE = Path(__file__).with_name("elsewhere.py")


class Target(msgspec.Struct):
    """Where it answers; `cookie` and `token` are those of somebody in the secretariat."""

    port: int
    pid: int
    cookie: str
    token: str

    def memory(self) -> float:
        """MB that the process holds now."""
        return float(psutil.Process(self.pid).memory_info().rss) / MB

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[list[float]]:
        """What the process held, in MB, looked at until the block ends."""
        seen = [self.memory()]

        async def watch() -> None:
            while True:
                seen.append(self.memory())
                await asyncio.sleep(LOOK_EVERY)

        watching = asyncio.create_task(watch())
        try:
            yield seen
        finally:
            watching.cancel()


def lag(lags: Path, begin: float, end: float) -> float:
    """How late the process's event loop was at most between two instants of time.monotonic(), in ms."""
    seen = msgspec.json.decode(lags.read_bytes(), type=list[tuple[float, float]])
    # Each is written down at its end.
    return 1000 * max((late for at, late in seen if begin <= at and at - late <= end), default=0.0)


def attacked(stage: Stage, lags: Path) -> contextlib.AbstractAsyncContextManager[Target]:
    """The process, until the block ends; then `lags` holds how late its event loop was."""
    checkout = os.environ.get("BENCH_CHECKOUT")
    return _elsewhere(Path(checkout), lags) if checkout else _here(stage, lags)


@contextlib.asynccontextmanager
async def _here(stage: Stage, lags: Path) -> AsyncIterator[Target]:
    cookie = await stage.sign_in("ada")
    async with stage.product("bench.watched", BENCH_LAGS=str(lags)) as web:
        yield Target(web.port, web.popen.pid, cookie, stage.csrf_token)


@contextlib.asynccontextmanager
async def _elsewhere(checkout: Path, lags: Path) -> AsyncIterator[Target]:
    process = await asyncio.create_subprocess_exec(
        *(checkout / ".venv/bin/python", "-P", ELSEWHERE, lags),
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"the service of {checkout} did not start")
        yield msgspec.json.decode(line, type=Target)
    finally:
        process.stdin.close()
        await process.wait()
