"""`facility web` that also watches its own event loop, or, with "idle", a loop that does nothing else, to tell what the
machine adds: BENCH_LAGS names the file for what it saw."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvloop

from bench.product import main
from facility.db import Database
from facility.server import serve
from facility.settings import Settings

try:
    from facility.commands import serving
except ImportError:  # another checkout may be older, and have it there
    from facility import cli as serving  # type: ignore[no-redef]

LOOK_EVERY = 0.002
"""Seconds between two looks: the loop is late by what the clock says beyond that."""


async def _watch(lags: list[tuple[float, float]]) -> None:
    while True:
        before = time.monotonic()
        await asyncio.sleep(LOOK_EVERY)
        now = time.monotonic()
        lags.append((now, now - before - LOOK_EVERY))


async def _watching(work: Awaitable[None]) -> None:
    lags: list[tuple[float, float]] = []
    watching = asyncio.create_task(_watch(lags))
    try:
        await work
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await asyncio.to_thread(Path(os.environ["BENCH_LAGS"]).write_bytes, msgspec.json.encode(lags))


async def _watched(settings: Settings, db: Database, ready: Callable[[], None] = lambda: None) -> None:
    await _watching(serve(settings, db, ready))


async def _idle() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["idle"]:
        uvloop.run(_watching(_idle()))
    else:
        vars(serving)["serve"] = _watched  # in place of the one that it imported
        main()
