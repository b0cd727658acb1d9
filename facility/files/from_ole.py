"""Objects inside a document that older programs left there: OLE containers, and what is packed into their streams."""

import io
from collections.abc import Callable, Iterator

import olefile  # type: ignore[import-untyped]

from facility.files.kinds import UnreadableDocument
from facility.files.passages import Budget, decoded, without_tags, wrapped_at
from facility.files.position import Passage, named

MAX_STREAMS = 500

Nested = Callable[[bytes], Iterator[Passage]]


def ole(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Names and contents of the streams; a file that one of them wraps ("Package", "Ole10Native") is read as itself.
    Raises UnreadableDocument: encrypted, bomb."""
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        streams = container.listdir()
        if len(streams) > MAX_STREAMS:
            raise UnreadableDocument("bomb")
        for path in streams:
            if path[-1] == "EncryptedPackage":
                raise UnreadableDocument("encrypted")
            content: bytes = container.openstream(path).read()
            budget.take_unpacked(len(content))
            yield named(path[-1])
            yield Passage("attachment", without_tags(decoded(content)))
            if (at := wrapped_at(content)) is not None:
                yield from nested(content[at:])
