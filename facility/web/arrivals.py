"""When something had arrived, however long a busy process took to read it: Linux notes the instant of each packet for a
socket with SO_TIMESTAMPNS (socket(7)). On other kernels the instant of reading is all that is known."""

import contextlib
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from facility import clock
from facility.web.peers import request_start

ON_THE_WAY = timedelta(seconds=5)
"""How much earlier than we have read a request the kernel or a proxy of ours may say that it was there. Closing a call
waits so long."""

_TIMESTAMPNS = 35  # SO_TIMESTAMPNS, which Python doesn't name; its message bears the same number
_TIMESPEC = struct.Struct("@ll")
_ROOM = socket.CMSG_SPACE(_TIMESPEC.size)
_PEEK = socket.MSG_PEEK | socket.MSG_TRUNC  # with the latter TCP copies nothing
_IS_LINUX = sys.platform == "linux"
_AT_ONCE = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def note(listeners: Sequence[Any]) -> None:
    """Have the kernel note when data arrive on connections to these sockets, even before we accept them."""
    for listener in listeners if _IS_LINUX else ():
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)


def all_at(listener: Any) -> Iterator[socket.socket]:
    """The connections that wait to be accepted, at most so many that those already accepted get their turn."""
    with borrowed(listener) as door, contextlib.suppress(OSError):  # BlockingIOError: nobody waits
        for _ in range(_AT_ONCE):
            waiting, _address = door.accept()
            waiting.setblocking(False)
            yield waiting


@contextlib.contextmanager
def borrowed(held: Any) -> Iterator[socket.socket]:
    """A usable socket over the one of a server or transport, which hide theirs; it is not closed afterwards."""
    lent = socket.socket(held.family, held.type, held.proto, fileno=held.fileno())
    try:
        yield lent
    finally:
        lent.detach()


class Arrivals:
    """Of one connection: when the bytes that were read last had arrived."""

    def __init__(self, held: Any) -> None:
        self._held = held
        self._size = 0
        self._stamp: bytes | None = None

    def look(self, piece: memoryview) -> None:
        """Ask, without taking them, when the last of those bytes came that fit into the piece. To be called before they are read."""
        self._size, self._stamp = 0, None
        if not _IS_LINUX:
            return
        with borrowed(self._held) as lent, contextlib.suppress(OSError):
            self._size, notes, _, _ = lent.recvmsg_into([piece], _ROOM, _PEEK)
            self._stamp = next((data for _, kind, data in notes if kind == _TIMESTAMPNS), None)

    def of(self, size: int) -> datetime | None:
        """When they had arrived, if so many were read; None where the kernel didn't say, or more came since we asked."""
        if self._stamp is None or size > self._size:
            return None
        seconds, nanoseconds = _TIMESPEC.unpack(self._stamp)
        return _EPOCH + timedelta(seconds=seconds, microseconds=nanoseconds // 1000)


def received_at(scope: Any) -> datetime:
    """The instant at which a request counts as received: when it was there whole, as the kernel or a proxy of ours says.
    Never later than we had read it, and at most so much earlier as may be on the way."""
    state = scope["state"]
    read: datetime = state.get("read_at") or clock.now()
    stamps = [at for at in (state.get("arrived_at"), request_start(scope)) if at is not None]
    return min(read, max(min(stamps, default=read), read - ON_THE_WAY))
