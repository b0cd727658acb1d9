"""What a connection may hold and how long it may take before somebody has read a request, which uvicorn leaves open.

The body is limited where it is read (`bodies`). Here: how many connections there are; size and time of a request's head;
what a chunked body carries beside its content; what an answer leaves unread; and a peer that doesn't fetch its answer.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from facility import clock
from facility.settings import is_loopback
from facility.web import arrivals
from facility.web.arrivals import Arrivals
from facility.web.forms import header_of
from facility.web.peers import Proxies, network_of

MOST_CONNECTIONS = 800
"""Of one process; below the 1 024 files that a process may usually have open."""
MOST_OF_ADDRESS = 100
"""Not for proxies of ours and for this machine, which speak for many."""
MOST_HEAD = 32_768
"""Bytes of a request that are no body: line, headers, and what frames the chunks of a body. Looked at after each piece."""
MOST_HEADERS = 100
MOST_PIPELINED = 4
"""Requests that wait until those before them are answered."""
PIECE = 32_768
"""Bytes that are read at a time, and that wait until somebody asks for them."""
HEAD_WITHIN = 10.0
LINGER = 5.0
"""Seconds for the rest of a body that nobody reads: a browser that is still sending doesn't look at the answer."""
FETCH_WITHIN = 30.0
"""Seconds in which a peer must have fetched another `FETCHED` bytes of its answer, or all of it."""
FETCHED = 65_536

# Filled and emptied within one call of the event loop, so all connections share it.
_BUFFER = memoryview(bytearray(PIECE))
_SAFE = (b"GET", b"HEAD", b"OPTIONS")


class Connections:
    """The connections of this process."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies
        self._open: set[Connection] = set()
        self._addresses: Counter[str] = Counter()
        self._listeners: Sequence[Any] = ()
        self._coming: set[asyncio.Task[Any]] = set()

    def listen(self, listeners: Sequence[Any]) -> None:
        """The sockets at which they come in."""
        self._listeners = listeners
        arrivals.note(listeners)

    def protocol(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Connection":
        """What uvicorn makes for each connection. uvloop lets one in with each turn of its loop, which is long where many
        requests are under way: the others who wait come in with it."""

        def make() -> Connection:
            return Connection(self, config, server_state, app_state)

        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            for waiting in arrivals.all_at(listener):
                coming = loop.create_task(loop.connect_accepted_socket(make, waiting))
                self._coming.add(coming)
                coming.add_done_callback(self._coming.discard)
        return make()

    def enter(self, connection: "Connection", host: str) -> bool:
        """Count it in. False where there are too many."""
        limited = not (is_loopback(host) or self._proxies.trust(host))
        address = network_of(host) if limited else ""
        if len(self._open) >= MOST_CONNECTIONS or self._addresses[address] >= MOST_OF_ADDRESS:
            return False
        self._open.add(connection)
        if address:
            connection.address = address
            self._addresses[address] += 1
        return True

    def leave(self, connection: "Connection") -> None:
        self._open.discard(connection)
        self._addresses[connection.address] -= 1
        if self._addresses[connection.address] <= 0:
            del self._addresses[connection.address]

    def sweep(self, now: float) -> None:
        """Close those whose time is over, by the event loop's clock. Called every second."""
        for connection in tuple(self._open):
            connection.look(now)


class Connection(asyncio.BufferedProtocol):
    """What stands between the socket and uvicorn. It reads in pieces: uvloop would hand over 256 kB at a time, of each of
    hundreds of connections, before anybody could say stop."""

    def __init__(
        self,
        connections: Connections,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
    ) -> None:
        self.address = ""
        self.until: float | None = None
        self.in_head = False
        self.in_message = False
        self._all = connections
        self._loop = asyncio.get_running_loop()
        self._http = _Http(self, config, server_state, app_state)
        self._transport: asyncio.Transport | None = None
        self._entered = False
        self._has_large_body = False
        self._beside = 0
        self._content = 0
        self._unsent: tuple[int, float] | None = None
        self._arrivals: Arrivals | None = None
        self.arrived_at: datetime | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._arrivals = Arrivals(transport.get_extra_info("socket"))
        peer = transport.get_extra_info("peername")
        self._entered = self._all.enter(self, peer[0] if isinstance(peer, tuple) else "localhost")
        if self._entered:
            self._http.connection_made(self._transport)
            self.give(HEAD_WITHIN)
        else:
            self.refuse(503)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next piece is put."""
        assert self._arrivals is not None
        self._arrivals.look(_BUFFER)
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        assert self._transport is not None
        assert self._arrivals is not None
        if not self._entered or self._transport.is_closing():
            return
        self._beside += nbytes
        self.arrived_at = self._arrivals.of(nbytes)
        self._has_large_body = False
        self._http.data_received(bytes(_BUFFER[:nbytes]))
        if self._has_large_body and self.in_message and not self._transport.is_closing():
            self._http.flow.pause_reading()  # until somebody asks for the body: most who are refused never are
        if self._beside > MOST_HEAD + self._content // 8 and not self._transport.is_closing():
            self.refuse(431)

    def eof_received(self) -> None:
        """The peer has nothing more to say."""
        self._http.eof_received()

    def pause_writing(self) -> None:
        """The answer is faster than the peer."""
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._http.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._entered:
            self._all.leave(self)
            self._http.connection_lost(exc)

    def give(self, seconds: float) -> None:
        """So much time from now on."""
        self.until = self._loop.time() + seconds

    def look(self, now: float) -> None:
        """Close it where its time is over."""
        assert self._transport is not None
        if self.until is not None and now >= self.until:
            self.until = None
            if self.in_head:
                self.refuse(408)
            else:
                self._transport.close()
        self._look_at_answer(self._transport, now)

    def _look_at_answer(self, transport: asyncio.Transport, now: float) -> None:
        size = transport.get_write_buffer_size()
        if not size:
            self._unsent = None
        elif self._unsent is None or self._unsent[0] - size >= FETCHED:
            self._unsent = size, now
        elif now - self._unsent[1] > FETCH_WITHIN:
            transport.abort()

    def refuse(self, status: int) -> None:
        """Say why, if no other answer is under way, and close."""
        assert self._transport is not None
        if self._http.is_answering:
            self._transport.abort()
            return
        phrase = HTTPStatus(status).phrase
        head = f"HTTP/1.1 {status} {phrase}\r\ncontent-type: text/plain\r\ncontent-length: {len(phrase)}\r\n"
        again = "retry-after: 10\r\n" if status == 503 else ""
        self._transport.write(f"{head}{again}connection: close\r\n\r\n{phrase}".encode())
        self._transport.close()

    def begins(self) -> None:
        self.in_head = self.in_message = True
        self.give(HEAD_WITHIN)

    def has_head(self, length: str | None) -> None:
        """From here on whoever reads the body gives it its time. A small body is read on: what is there in time must not
        wait for its turn."""
        self.in_head = False
        self._has_large_body = length is None or not length.isdigit() or int(length) > PIECE
        self.until = None

    def has_content(self, size: int) -> None:
        """So many bytes were body and not beside it."""
        self._beside -= size
        self._content += size

    def ends(self, *, answered: bool) -> None:
        self.in_message = False
        self._beside = self._content = 0
        if answered:
            self.answered()

    def answered(self) -> None:
        """Nothing is under way any more: the next request, or the rest of this one, may come."""
        self.give(LINGER if self.in_message else self._http.timeout_keep_alive + HEAD_WITHIN)


class TooMuchError(Exception):
    """Ends the parsing of a request that was refused."""


class _Http(HttpToolsProtocol):
    """uvicorn's protocol, which says to its connection where it is."""

    def __init__(
        self,
        connection: Connection,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._connection = connection
        self._refusal = 400

    @property
    def is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete

    @property
    def is_answered(self) -> bool:
        """Whatever was asked is answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_complete

    def send_400_response(self, msg: str) -> None:
        """What came is no request, or one that is too large."""
        self._connection.refuse(self._refusal)

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            self._refuse(431)
        self._connection.begins()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; or, after the body, a trailer, which nobody asks for."""
        if not self._connection.in_head:
            return
        if len(self.headers) >= MOST_HEADERS:
            self._refuse(431)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._connection.has_head(header_of(self.scope, b"content-length"))
        super().on_headers_complete()
        if self.expect_100_continue:
            self.cycle.keep_alive = (
                False  # a refusal comes before a body, of which the peer then may send none
            )

    def on_body(self, body: bytes) -> None:
        """A piece of the body. That of a GET is dropped, and counted as what it is."""
        if self.parser.get_method() in _SAFE:
            return
        self._connection.has_content(len(body))
        super().on_body(body)
        if not self.cycle.response_complete and len(self.cycle.body) >= PIECE:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """A request is there, whole: what counts is when it came, however long the event loop takes to look at it."""
        self.scope["state"] |= {"read_at": clock.now(), "arrived_at": self._connection.arrived_at}
        self._connection.ends(answered=self.is_answered)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_answered and not self.transport.is_closing():
            self._connection.answered()

    def _refuse(self, status: int) -> None:
        self._refusal = status
        raise TooMuchError
