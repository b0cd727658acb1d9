"""The process that reads strangers' documents: `reader` starts it once, and for each document it splits off a child.

The parent of these children never looks at a document: it has loaded the parsers, which takes half a second, waits
for requests, and tells how each child ended. A child sees one document and dies with it.
"""

import os
import resource
import selectors
import signal
import socket
import sys
from pathlib import Path

import msgspec

from facility.files import from_ole, from_pdf  # noqa: F401 - loaded once, for all children
from facility.files.examine import Answer, examine
from facility.files.kinds import UnreadableDocument
from facility.priority import give_way

MAX_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space for one scan, beside what the parsers take."""


class Request(msgspec.Struct):
    """What comes with the two handles: the document's memory, and where to answer."""

    seconds: int
    size: int


def main() -> None:
    """Split off a child for each request, until the service that asks is gone."""
    give_way()
    desk = socket.socket(fileno=int(sys.argv[1]))
    waiting: dict[int, tuple[int, socket.socket]] = {}  # a child's handle: its number, and who waits for it
    with selectors.DefaultSelector() as selector:
        selector.register(desk, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is desk:
                    if not _serve(desk, waiting, selector):
                        return
                else:
                    _reap(key.fd, waiting, selector)


def _serve(
    desk: socket.socket, waiting: dict[int, tuple[int, socket.socket]], selector: selectors.BaseSelector
) -> bool:
    message, handles, _, _ = socket.recv_fds(desk, 256, 2)
    if not message:
        return False
    memory, reply = handles
    answer = socket.socket(fileno=reply)
    number = os.fork()
    if number == 0:
        _forget_others(memory, reply)
        _read(msgspec.msgpack.decode(message, type=Request), memory, answer)
    os.close(memory)
    handle = os.pidfd_open(number)
    waiting[handle] = number, answer
    selector.register(handle, selectors.EVENT_READ)
    return True


def _forget_others(*kept: int) -> None:
    """Close what belongs to other documents."""
    first = 3
    for handle in sorted(kept):
        os.closerange(first, handle)
        first = handle + 1
    os.closerange(first, 65536)


def _reap(
    handle: int, waiting: dict[int, tuple[int, socket.socket]], selector: selectors.BaseSelector
) -> None:
    """A child has ended: say how, after whatever it said itself."""
    selector.unregister(handle)
    number, answer = waiting.pop(handle)
    os.close(handle)
    _, status = os.waitpid(number, 0)
    with answer:
        try:
            answer.send(str(os.waitstatus_to_exitcode(status)).encode())
        except OSError:  # who asked has given up
            return


def _read(request: Request, memory: int, answer: socket.socket) -> None:
    """In the child: limits first, then the document. Never returns."""
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        for what, limit in (
            (resource.RLIMIT_CPU, request.seconds),
            (resource.RLIMIT_AS, used + MAX_MEMORY),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        answer.send(str(os.getpid()).encode())
        data = os.pread(memory, request.size, 0)
        answer.send(msgspec.json.encode(_answer(data)))
        os._exit(0)
    except BaseException:
        os._exit(1)


def _answer(data: bytes) -> Answer:
    try:
        return Answer(finding=examine(data))
    except UnreadableDocument as problem:
        return Answer(code=problem.code)


if __name__ == "__main__":
    main()
