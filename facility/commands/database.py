"""The database of a command: as the environment names it, or embedded; with the tables of this version in it."""

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import uvloop

from facility import migrate
from facility.commands.server import in_one_line, server_url
from facility.db import Database
from facility.events.since import know_reactions
from facility.outbox import links
from facility.rooms import load_slices
from facility.settings import Settings

NOWHERE = "postgresql+asyncpg:///none"
"""For an app that only describes itself."""


def prepare(settings: Settings) -> None:
    """Before anything is written: links are made with the secret key, and what follows from events must have registered."""
    links.configure(settings.secret_key)
    load_slices()


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Where the database is: as the environment says, or embedded, beside a running service or started for this."""
    with server_url(settings, lambda: prepare(settings)) as url:
        yield url


@contextlib.contextmanager
def ready_database_url(settings: Settings) -> Iterator[str]:
    """The same, with the tables of this version in it: an embedded one gets them, of any other it is asked."""
    with database_url(settings) as url:
        if settings.embedded:
            migrate.upgrade(url)
        else:
            with in_one_line():
                migrate.check(url)
        yield url


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    """A database of this loop, closed when the block ends."""
    db = Database(url)
    try:
        yield db
    finally:
        await db.dispose()


def with_database[T](settings: Settings, command: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run the coroutine with a database that has the tables of this version."""
    with ready_database_url(settings) as url:
        return with_url(url, command)


def with_url[T](url: str, command: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run the coroutine with the database at this address, whose tables are known to be there."""

    async def connect() -> T:
        async with connected(url) as db:
            await know_reactions(db)
            return await command(db)

    return uvloop.run(connect())
