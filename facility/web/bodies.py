"""Reading what a request brings: a little from anybody, more from people whom we know, and so much in all.

What was sent in time must be let in, so a small body is read at once, before any statement. Nobody unknown may hold
memory or time, so whoever sends more, or slowly, is asked for first: session, or the link's token.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from facility.web.arrivals import received_at
from facility.web.forms import Form, header_of, steps
from facility.web.stops import Stop

FIRST = 32_768
"""Bytes that anybody may send. The forms for strangers (sign in, register) have some hundred."""
FIRST_WITHIN = 10
"""Seconds for them."""
MOST_FORM = 2_000_000
"""Bytes of a form without files, of people whom we know."""
MOST_FILES = 12_000_000
"""Bytes of a form with files."""
READ_WITHIN = 120
"""Seconds for the whole body, of people whom we know."""
AT_ONCE = 4
"""Bodies that one person or link may have under way."""
# A browser shows a connection that is closed on it as an error of its own. So of files that are too large the rest is
# read, keeping nothing, and it gets the page. Whoever asks first ("Expect: 100-continue"), or announces more than this,
# is refused at once.
_DRAIN = 256_000_000
_WAIT = {"retry-after": "10"}


class Sender(msgspec.Struct, frozen=True):
    """Somebody whom we know. `key`: whose bodies are counted together; `most`: bytes that may be sent here."""

    key: str
    most: int

    @property
    def drained(self) -> int:
        """Bytes that are read, though not kept."""
        return _DRAIN if self.most == MOST_FILES else self.most


class Budget:
    """How many bodies, of how many bytes, this process holds at a time."""

    def __init__(self, most_bodies: int, most_bytes: int) -> None:
        self._most_bodies = most_bodies
        self._most_bytes = most_bytes
        self.bodies = 0
        self.bytes = 0

    @property
    def full(self) -> bool:
        return self.bodies > self._most_bodies or self.bytes > self._most_bytes


class Bodies:
    """What this process holds: of those who send slowly and are not asked for yet, and of people whom we know."""

    def __init__(self) -> None:
        self.unknown = Budget(400, 8_000_000)
        self.known = Budget(100, 128_000_000)
        self.senders: Counter[str] = Counter()


class Held:
    """A body's part of the budget, from the first time that we wait for more of it until the request is answered."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._budget: Budget | None = None
        self._size = 0
        self._sender = ""

    def wait(self, size: int) -> bool:
        """So many bytes are held while the rest is waited for. False where that is too much for this process."""
        if self._budget is None:
            self._enter(self._bodies.unknown)
        assert self._budget is not None
        self._budget.bytes += size - self._size
        self._size = size
        return not self._budget.full

    def belongs_to(self, sender: Sender) -> None:
        """Count it as the sender's from here on. Raises Stop 429 where the sender has too many under way."""
        if self._bodies.senders[sender.key] >= AT_ONCE:
            raise Stop(429, "too_many_at_once", _WAIT)
        size = self._size
        self._leave()
        self._enter(self._bodies.known)
        self._sender = sender.key
        self._bodies.senders[sender.key] += 1
        if not self.wait(size):
            raise Stop(503, "too_many_bodies", _WAIT)

    def release(self) -> None:
        self._leave()
        if self._sender:
            self._bodies.senders[self._sender] -= 1
            if not self._bodies.senders[self._sender]:
                del self._bodies.senders[self._sender]
        self._sender = ""

    def _enter(self, budget: Budget) -> None:
        self._budget = budget
        budget.bodies += 1

    def _leave(self) -> None:
        if self._budget is not None:
            self._budget.bodies -= 1
            self._budget.bytes -= self._size
        self._budget, self._size = None, 0


class _Incoming:
    """A body while it is read."""

    def __init__(self, scope: Any, receive: Any) -> None:
        self._receive = receive
        length = header_of(scope, b"content-length") or ""
        self.announced = int(length[:19]) if length.isascii() and length.isdigit() else 0
        self.asks_first = header_of(scope, b"expect") is not None
        self.content = bytearray()
        self.size = 0
        self.ended = False
        self.held = scope["state"]["held"] = Held(scope["litestar_app"].state.bodies)

    @property
    def whole(self) -> bool:
        """Everything that was sent is kept."""
        return self.ended and self.size == len(self.content)

    async def first(self) -> Stop | None:
        """Read a small body. What a stranger is answered where that is not all of it."""
        if self.announced > FIRST:
            return Stop(413, "too_large")
        try:
            async with asyncio.timeout(FIRST_WITHIN):
                while await self._next(MOST_FILES):
                    if self.size > FIRST:
                        return Stop(413, "too_large")
                    if not self.held.wait(len(self.content)):
                        return Stop(503, "too_many_bodies", _WAIT)
        except TimeoutError:
            return Stop(408, "too_slow")
        return Stop(413, "too_large") if self.size > FIRST else None

    async def rest(self, sender: Sender) -> None:
        """Read on, for somebody whom we know. Raises Stop: 413 too large, 408 too slow, 503 too much in all."""
        self.held.belongs_to(sender)
        readable = sender.most if self.asks_first else sender.drained
        try:
            async with asyncio.timeout(READ_WITHIN):
                while max(self.size, self.announced) <= readable:
                    if self.ended or not await self._next(sender.most):
                        return
                    if not self.held.wait(len(self.content)):
                        raise Stop(503, "too_many_bodies", _WAIT)
        except TimeoutError:
            raise Stop(408, "too_slow") from None
        raise Stop(413, "too_large")

    async def _next(self, most: int) -> bool:
        """One more piece, kept while there are at most so many bytes. True where there is more to come."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Stop(400, "malformed")
        chunk = message.get("body", b"")
        if self.size == len(self.content) and self.size + len(chunk) <= most:
            self.content += chunk
        self.size += len(chunk)
        self.ended = not message.get("more_body")
        return not self.ended


async def receive(
    scope: Any, receive: Any, sender: Callable[[], Awaitable[Sender | None]], *, takes_files: bool = False
) -> Form:
    """Read the whole request, note the instant (`received_at`), and parse it. Before that, `sender` is asked only where
    the body is not small and there at once: None, a stranger, may not send it; it may raise what a stranger is answered.

    A file that is too large comes as one that is `cut`, so that the page can say so at its field.
    Raises Stop: 413 too large or too many fields, 400 malformed, 415 another media type, 408 too slow, 429 or 503 too
    many at once.
    """
    incoming = _Incoming(scope, receive)
    if refusal := await incoming.first():
        known = await sender()
        if known is None:
            raise refusal
        await incoming.rest(known)
    scope["state"]["received_at"] = received_at(scope)
    form = Form({}, {}, takes_files)
    content = bytes(incoming.content)
    for _step in steps(form, content, header_of(scope, b"content-type"), whole=incoming.whole):
        await asyncio.sleep(0)  # the pages of others come first
    scope["state"]["form"] = form
    return form


def release(scope: Any) -> None:
    """The request is answered: what it brought is not held any more."""
    held: Held | None = scope.get("state", {}).pop("held", None)
    if held is not None:
        held.release()
