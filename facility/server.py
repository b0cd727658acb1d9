"""Serving the pages with uvicorn, and stopping in time, also with event streams open."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from facility.app import create_app
from facility.db import Database
from facility.settings import Settings

STOP_SECONDS = 5
"""How long requests under way may keep the server from stopping."""


class Server(uvicorn.Server):
    """uvicorn waits for open connections, and an event stream never ends by itself: the signal ends them.

    `ready` is called once the port answers.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop has come."""
        self.config.app.state.closing.set()  # type: ignore[union-attr]  # create_app's Litestar
        super().handle_exit(sig, frame)


async def serve(settings: Settings, db: Database, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal comes. `db` belongs to this loop."""
    config = uvicorn.Config(
        create_app(settings, db),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=not settings.embedded,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    await Server(config, ready).serve()
