"""`facility web` that also watches its own event loop: BENCH_LAGS names the file for what it saw."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.product import main
from facility import cli
from facility.db import Database
from facility.server import serve
from facility.settings import Settings

LOOK_EVERY = 0.002
"""Seconds between two looks: the loop is late by what the clock says beyond that."""


async def _watch(lags: list[tuple[float, float]]) -> None:
    while True:
        before = time.monotonic()
        await asyncio.sleep(LOOK_EVERY)
        now = time.monotonic()
        lags.append((now, now - before - LOOK_EVERY))


async def _watched(settings: Settings, db: Database, ready: Callable[[], None] = lambda: None) -> None:
    lags: list[tuple[float, float]] = []
    watching = asyncio.create_task(_watch(lags))
    try:
        await serve(settings, db, ready)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await asyncio.to_thread(Path(os.environ["BENCH_LAGS"]).write_bytes, msgspec.json.encode(lags))


if __name__ == "__main__":
    vars(cli)["serve"] = _watched  # in place of the one that it imported
    main()
