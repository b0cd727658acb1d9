"""Telling open pages that what they show has moved: one look now and then for all of a process's streams of a kind, and only
while there are any."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from weakref import WeakSet

from litestar.datastructures import State
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database
from facility.log import Log

HEARTBEAT_SECONDS = 15.0
MOST_SECONDS = 900.0
"""A stream ends after that; the browser opens another, and who may is asked again."""

type Mark = Callable[[AsyncConnection], Awaitable[int]]
"""A number that changes whenever what is watched has moved."""

log = Log(__name__)


class Watch:
    """Follows the mark, and wakes every stream when it changes or when the process is told to stop."""

    def __init__(self, db: Database, closing: asyncio.Event, look: Mark, every: float = 1.0) -> None:
        self.db = db
        self.closing = closing
        self._mark_of = look
        self._every = every
        self.mark: int | None = None
        self._bells: WeakSet[asyncio.Event] = WeakSet()
        self._looking: asyncio.Task[None] | None = None

    def join(self) -> asyncio.Event:
        """An event that wakes one stream. It is dropped with the stream; without streams the watch stops looking."""
        bell = asyncio.Event()
        self._bells.add(bell)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return bell

    async def ended(self) -> None:
        """Return once nobody looks any more: all streams are gone, or `closing` was set."""
        if self._looking is not None:
            await self._looking

    async def _look(self) -> None:
        while self._bells and not self.closing.is_set():
            try:
                async with self.db.reader() as connection:
                    mark = await self._mark_of(connection)
            except (SQLAlchemyError, OSError) as error:
                log.warning("not looked whether something moved", error=type(error).__name__)
            else:
                if mark != self.mark:
                    self.mark = mark
                    self._ring()
            try:
                await asyncio.wait_for(self.closing.wait(), self._every)
            except TimeoutError:
                continue
        self._ring()

    def _ring(self) -> None:
        for bell in list(self._bells):
            bell.set()


def watch_of(state: State, name: str, db: Database, look: Mark, every: float) -> Watch:
    """This process's watch of that name; it looks every so many seconds."""
    watch: Watch | None = state.get(name)
    if watch is None or watch.db is not db:
        watch = state[name] = Watch(db, state.closing, look, every)
    return watch


async def messages(
    watch: Watch, seen: str, *, heartbeat: float = HEARTBEAT_SECONDS, most: float = MOST_SECONDS
) -> AsyncGenerator[bytes]:
    """Server-sent events: one whenever the mark differs from `seen`, the one that the page was made at; else a comment
    now and then, by which a dead connection is noticed."""
    loop = asyncio.get_running_loop()
    until = loop.time() + most
    yield b"retry: 3000\n\n"
    bell = watch.join()
    while not watch.closing.is_set() and loop.time() < until:
        bell.clear()
        if watch.mark is not None and str(watch.mark) != seen:
            seen = str(watch.mark)
            yield f"id: {seen}\ndata: {seen}\n\n".encode()
            continue
        try:
            await asyncio.wait_for(bell.wait(), heartbeat)
        except TimeoutError:
            yield b":\n\n"
