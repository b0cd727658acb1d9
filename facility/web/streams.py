"""Event streams: each ends when what let its reader in ends, be it a sign-out, an expired session or a role that is taken away."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from litestar.response.streaming import ASGIStreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from facility.log import Log
from facility.web.guard import still_admits

LOOK_SECONDS = 1.0

log = Log(__name__)


def events(scope: Any, messages: AsyncGenerator[bytes]) -> ASGIStreamingResponse:
    """The answer of a handler that sends events for as long as its reader may have them."""
    streams: Streams = scope["litestar_app"].state.streams
    return ASGIStreamingResponse(
        iterator=streams.while_admitted(scope, messages),
        media_type="text/event-stream",
        # Proxies that collect an answer before they pass it on would never pass this one on.
        headers={"x-accel-buffering": "no"},
    )


class Streams:
    """Those that are open in this process. They are looked after only while there are any."""

    def __init__(self, closing: asyncio.Event) -> None:
        self._closing = closing
        self._open: dict[asyncio.Event, Any] = {}
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    async def while_admitted(self, scope: Any, messages: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
        """The messages, until whoever made this request would not be let in again."""
        ended = asyncio.Event()
        self._open[ended] = scope
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        end = asyncio.ensure_future(ended.wait())
        try:
            while (part := await _first(messages, end)) is not None:
                yield part
        finally:
            del self._open[ended]
            end.cancel()
            await messages.aclose()

    async def _look(self) -> None:
        while self._open and not self._closing.is_set():
            for ended, scope in list(self._open.items()):
                try:
                    if not await still_admits(scope):
                        ended.set()
                except (SQLAlchemyError, OSError) as error:
                    log.warning("streams not looked after", error=type(error).__name__)
            try:
                await asyncio.wait_for(self._closing.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue


async def _first(messages: AsyncGenerator[bytes], end: asyncio.Future[Any]) -> bytes | None:
    """The next message, or None if that is all or the end comes first."""
    step = asyncio.ensure_future(anext(messages, None))
    try:
        await asyncio.wait({step, end}, return_when=asyncio.FIRST_COMPLETED)
        return None if end.done() else step.result()
    finally:
        if not step.done():
            step.cancel()
            await asyncio.wait({step})
