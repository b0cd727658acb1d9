"""The product as it runs in production: web processes and a worker on one database, with Redis and a mail server."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bench.processes import free_port, running
from bench.stage import Stage


class Service:
    """Where its web processes answer."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports


@contextlib.asynccontextmanager
async def serving(stage: Stage, webs: int) -> AsyncIterator[Service]:
    """So many web processes and one worker, until the block ends. RuntimeError where there is no Redis."""
    redis, mail = free_port(), free_port()
    environ = {
        **stage.environ,
        "DATABASE_URL": stage.url,
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "SMTP_URL": f"smtp://127.0.0.1:{mail}",
        "BASE_URL": "http://127.0.0.1",
    }
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_redis(folder, redis))
        await stack.enter_async_context(running(["-m", "bench.sink"], {"PORT": str(mail)}, mail))
        ports = [free_port() for _ in range(webs)]
        for port in ports:
            web = running(["-m", "bench.product"], {**environ, "PORT": str(port)}, port)
            await stack.enter_async_context(web)
        await stack.enter_async_context(
            running(["-m", "bench.worker"], {**environ, "BENCH_DATABASE": stage.url})
        )
        yield Service(ports)


@contextlib.contextmanager
def _redis(folder: Path, port: int) -> Iterator[None]:
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is not installed (Debian: apt-get install redis-server)")
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    popen = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        popen.terminate()
        popen.wait()
