"""The text that pictures carry: PNG text chunks; JPEG comments, EXIF, XMP and IPTC. Pixels are never decoded."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from facility.files.kinds import UnreadableDocument
from facility.files.passages import Budget, decoded, without_tags, wrapped_at
from facility.files.position import Passage

MAX_PIXELS = 100_000_000
_MAX_CHUNK_TEXT = 2 * 1024 * 1024
_MAX_TRAILER_TEXT = 256 * 1024
_PNG_TEXT = {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ICC = b"ICC_PROFILE\0"
_BETWEEN_SCANS = re.compile(rb"\xff[\xe0-\xef\xfe]")

Nested = Callable[[bytes], Iterator[Passage]]


def png(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Every text chunk. Raises UnreadableDocument: broken (chunks, checksums), bomb (pixels, unpacked text)."""
    at = 8
    seen: set[bytes] = set()
    while b"IEND" not in seen:
        kind, body, at = _chunk(data, at)
        if not seen and kind != b"IHDR":
            raise UnreadableDocument("broken")
        seen.add(kind)
        if kind == b"IHDR":
            _check_pixels(*struct.unpack(">LL", body[:8]))
        elif kind in _PNG_TEXT:
            yield Passage("image metadata", _chunk_text(kind, body, budget))
    if b"IDAT" not in seen:
        raise UnreadableDocument("broken")
    yield from _trailer(data[at:], nested)


def _chunk(data: bytes, at: int) -> tuple[bytes, bytes, int]:
    if at + 12 > len(data):
        raise UnreadableDocument("broken")
    size = int.from_bytes(data[at : at + 4])
    end = at + 12 + size
    if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
        raise UnreadableDocument("broken")
    return data[at + 4 : at + 8], data[at + 8 : end - 4], end


def _chunk_text(kind: bytes, body: bytes, budget: Budget) -> str:
    if kind == b"eXIf":
        return decoded(body)
    key, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        rest = _inflate(rest[1:], budget)
    elif kind == b"iTXt":
        packed, fields = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
        value = _inflate(fields[-1], budget) if packed else fields[-1]
        rest = b"\n".join([*fields[:-1], value])
    return f"{decoded(key)}: {decoded(rest)}\n{without_tags(decoded(rest))}"


def _inflate(packed: bytes, budget: Budget) -> bytes:
    worker = zlib.decompressobj()
    text = worker.decompress(packed, _MAX_CHUNK_TEXT)
    if worker.unconsumed_tail:
        raise UnreadableDocument("bomb")
    budget.take_unpacked(len(text))
    return text


def jpeg(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Every comment and application segment. Raises UnreadableDocument: broken (no frame, no scan), bomb (pixels)."""
    at, framed = 2, False
    while True:
        marker, body, at = _segment(data, at)
        if marker in _START_OF_FRAME:
            framed = True
            _check_pixels(*struct.unpack(">HH", body[1:5]))
        elif marker == 0xDA:  # the picture itself begins
            break
        elif (0xE0 <= marker <= 0xEF or marker == 0xFE) and not body.startswith(_ICC):
            yield _segment_text(body, budget)
    end = data.find(b"\xff\xd9", at)  # no two bytes of the picture's own look like this
    if not framed or end < at:
        raise UnreadableDocument("broken")
    for separator in _BETWEEN_SCANS.finditer(data, at, end):
        yield _segment_text(_segment(data, separator.start())[1], budget)
    yield from _trailer(data[end + 2 :], nested)


def _segment_text(body: bytes, budget: Budget) -> Passage:
    text = decoded(body)
    budget.take_text(len(text))
    return Passage("image metadata", f"{text}\n{without_tags(text)}")


def _segment(data: bytes, at: int) -> tuple[int, bytes, int]:
    while data[at : at + 2] == b"\xff\xff":  # fill bytes
        at += 1
    if data[at : at + 1] != b"\xff" or at + 4 > len(data):
        raise UnreadableDocument("broken")
    marker = data[at + 1]
    if marker in _STANDALONE:
        return marker, b"", at + 2
    size = int.from_bytes(data[at + 2 : at + 4])
    if size < 2 or at + 2 + size > len(data):
        raise UnreadableDocument("broken")
    return marker, data[at + 4 : at + 2 + size], at + 2 + size


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise UnreadableDocument("broken")
    if width * height > MAX_PIXELS:
        raise UnreadableDocument("bomb")


def _trailer(data: bytes, nested: Nested) -> Iterator[Passage]:
    """What cameras and editors leave after the picture's end, or people hide there: its beginning is searched, and a
    document in it is read, like an attachment."""
    if not data.strip(b"\0"):
        return
    yield Passage("attachment", decoded(data[:_MAX_TRAILER_TEXT]))
    if (at := wrapped_at(data, len(data))) is not None:
        yield from nested(data[at:])
