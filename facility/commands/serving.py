"""The service: everything in one process, pages only, or what goes on behind them."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any

import click
import uvloop

from facility import clock, migrate
from facility.commands.database import connected, database_url, ready_database_url
from facility.demo.tell import tell
from facility.events.since import know_reactions
from facility.files.store import Store
from facility.garbage import settle
from facility.priority import give_way
from facility.seed import seed
from facility.server import serve
from facility.settings import Settings
from facility.worker import background


def run(settings: Settings) -> None:
    where = f"The facility is at {settings.base_url} (Ctrl-C stops it)"

    async def everything(url: str) -> None:
        async with connected(url) as db:
            await know_reactions(db)
            if settings.demo:
                click.echo("Loading the demo story, where it is not there yet")
                await tell(db, Store(settings.documents_dir))
            await seed(db, clock.now())
            async with background(settings, url):
                await serve(settings, db, lambda: click.echo(where))

    with database_url(settings) as url:
        migrate.upgrade(url)
        _until_stopped(everything(url))


def web(settings: Settings) -> None:
    async def pages(url: str) -> None:
        async with connected(url) as db:
            await serve(settings, db)

    with ready_database_url(settings) as url:
        _until_stopped(pages(url))


def worker(settings: Settings) -> None:
    async def work(url: str) -> None:
        give_way()
        stop = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        async with background(settings, url):
            settle()
            await stop.wait()

    with ready_database_url(settings) as url:
        uvloop.run(work(url))


def _until_stopped(service: Coroutine[Any, Any, None]) -> None:
    # uvicorn raises the signal again that it has handled. SIGTERM would end the process there and then, before
    # background and database have been stopped: it is to unwind everything, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(service)
