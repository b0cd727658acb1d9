"""Connections to the database, handed out in turn."""

import asyncio

from sqlalchemy import AsyncAdaptedQueuePool, util
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_only
from sqlalchemy.util.queue import AsyncAdaptedQueue, Empty


class _Idle(AsyncAdaptedQueue[ConnectionPoolEntry]):
    """Idle connections. From asyncio's own queue somebody who comes at the right moment takes one before those who wait, and
    whoever was woken in vain goes to the end of the line; a semaphore keeps everybody's place."""

    @util.memoized_property
    def _count(self) -> asyncio.Semaphore:  # made in the loop that uses it, as the queue is
        return asyncio.Semaphore(0)

    def put_nowait(self, item: ConnectionPoolEntry) -> None:
        super().put_nowait(item)
        self._count.release()

    def get(self, block: bool = True, timeout: float | None = None) -> ConnectionPoolEntry:
        if not block and self._count.locked():
            raise Empty
        try:
            await_only(asyncio.wait_for(self._count.acquire(), timeout))
        except TimeoutError as error:
            raise Empty from error
        return super().get_nowait()

    def get_nowait(self) -> ConnectionPoolEntry:
        return self.get(block=False)


class PoolInTurn(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, where whoever has waited longest gets the next connection."""

    _queue_class = _Idle
