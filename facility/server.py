"""Serving the pages with uvicorn, and stopping in time, also with event streams open."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from facility.app import create_app
from facility.db import Database
from facility.settings import Settings
from facility.web.connections import Connections

STOP_SECONDS = 5
"""How long requests under way may keep the server from stopping."""


class Server(uvicorn.Server):
    """uvicorn waits for open connections, and an event stream never ends by itself: the signal ends them.

    `ready` is called once the port answers.
    """

    def __init__(
        self, config: uvicorn.Config, connections: Connections, ready: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config)
        self._connections = connections
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets)
        if self.started:
            self._connections.listen([listener for server in self.servers for listener in server.sockets])
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            self._connections.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop has come."""
        self.config.app.state.closing.set()  # type: ignore[union-attr]  # create_app's Litestar
        super().handle_exit(sig, frame)


async def serve(settings: Settings, db: Database, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal comes. `db` belongs to this loop."""
    app = create_app(settings, db)
    connections = Connections(app.state.proxies)
    config = uvicorn.Config(
        app,
        http=connections.protocol,  # type: ignore[arg-type]  # called as the class would be
        ws="none",
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the app looks behind the proxies that it is told of (`peers`)
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    await Server(config, connections, ready).serve()
