"""The process that reads a stranger's document: `scan` starts it, asks on its standard input and reads its answer."""

import resource
import sys

import msgspec

from facility.files.kinds import UnreadableDocument
from facility.files.scan import Answer, Request, examine

MAX_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space for one scan."""


def main() -> None:
    """Limit this process, then answer one request (its envelope is the parent's own, only its data a stranger's)."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    for what, limit in (
        (resource.RLIMIT_CPU, request.seconds),
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    sys.stdout.buffer.write(msgspec.json.encode(_answer(request)))


def _answer(request: Request) -> Answer:
    try:
        return Answer(marking=examine(request.name, request.data))
    except UnreadableDocument as problem:
        return Answer(code=problem.code)


if __name__ == "__main__":
    main()
