"""Bodies of forms, read by ourselves: in memory only, within limits, and whatever is malformed is a 4xx."""

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from facility import clock
from facility.web.stops import Stop

MAX_BODY = 12_000_000
MAX_FILE = 10_000_000
MAX_TEXT = 1_000_000
MAX_FIELDS = 1_500
READ_WITHIN = 120
"""Seconds for the whole body: a sender that dawdles holds memory."""
# A browser shows a connection that is closed on it as an error of its own: read on, keeping nothing, so that it gets
# the page. Whoever asks first ("Expect: 100-continue"), or announces more than this, is told at once.
_DRAIN = 256_000_000


class Upload(msgspec.Struct, frozen=True):
    """A file that came with a form. `name` is what the sender calls it, and nothing to rely on. `cut`: it is larger than
    a file may be, and nothing of it was kept."""

    name: str
    content: bytes
    cut: bool = False


class Form(msgspec.Struct):
    """What a form sent: every value of every name, in order. Empty where nothing was sent."""

    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}

    def get(self, name: str, default: str = "") -> str:
        """The first value."""
        return self.fields.get(name, (default,))[0]

    def take(self, name: str) -> str | None:
        """Remove a field that belongs to the machinery and return its value."""
        values = self.fields.pop(name, None)
        return values[0] if values else None


def header_of(scope: Any, name: bytes) -> str | None:
    """The value of a request header (lower-case name), or None."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


async def receive(scope: Any, receive: Any) -> Form:
    """Read the whole request, note the instant (`received_at`, before any database statement), and parse it.

    A file that is too large comes as one that is `cut`, so that the page can say so at its field.
    Raises Stop: 413 too large or too many fields, 400 malformed, 415 another media type, 408 too slow.
    """
    try:
        async with asyncio.timeout(READ_WITHIN):
            body, whole = await _read(scope, receive)
    except TimeoutError:
        raise Stop(408, "too_slow") from None
    scope["state"]["received_at"] = clock.now()
    form = parse(body, header_of(scope, b"content-type"), whole=whole)
    scope["state"]["form"] = form
    return form


async def _read(scope: Any, receive: Any) -> tuple[bytes, bool]:
    """The body, or its beginning where it is too large, and whether it is whole."""
    length = header_of(scope, b"content-length") or ""
    most = MAX_BODY if header_of(scope, b"expect") else _DRAIN
    if length.isascii() and length.isdigit() and int(length[:19]) > most:
        raise Stop(413, "too_large", {"connection": "close"})
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Stop(400, "malformed")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
        elif size > _DRAIN:
            raise Stop(413, "too_large", {"connection": "close"})
        if not message.get("more_body"):
            return b"".join(chunks), size <= MAX_BODY


def parse(body: bytes, content_type: str | None, *, whole: bool = True) -> Form:
    """A body as a form; of one that isn't whole, what came before the file that made it so large. Raises Stop."""
    if not body and not content_type:
        return Form({}, {})
    try:
        kind, options = parse_options_header(content_type or "")
        if options.get("charset", "utf-8").lower().replace("-", "") != "utf8":
            raise Stop(400, "malformed")
        if kind == "application/x-www-form-urlencoded" and whole:
            return _urlencoded(body)
        if kind == "multipart/form-data":
            return _multipart(body, options.get("boundary", ""), whole=whole)
        if not whole:
            raise Stop(413, "too_large", {"connection": "close"})
    except ParserLimitReached:
        raise Stop(413, "too_large") from None
    except (MultipartError, ValueError, LookupError):
        raise Stop(400, "malformed") from None
    raise Stop(415, "media_type")


def _urlencoded(body: bytes) -> Form:
    if body.count(b"&") >= MAX_FIELDS:
        raise Stop(413, "too_many_fields")
    form = Form({}, {})
    for name, value in parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict"):
        _add(form, name, value)
    return form


def _multipart(body: bytes, boundary: str, *, whole: bool) -> Form:
    form = Form({}, {})
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    parser = PushMultipartParser(
        boundary, len(body), max_segment_size=MAX_BODY, max_segment_count=MAX_FIELDS, strict=True
    )
    with contextlib.ExitStack() as stack:
        if whole:
            stack.enter_context(parser)  # which says at the end whether anything is missing
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                segment, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            elif segment is not None:
                _add_segment(form, segment, b"".join(chunks))
                segment = None
    if segment is not None:
        if segment.filename is None:
            raise Stop(413, "too_large", {"connection": "close"})
        _add_file(form, segment, b"", cut=True)
    return form


def _add_segment(form: Form, segment: MultipartSegment, content: bytes) -> None:
    name = _clean(segment.name or "")
    if segment.filename is not None:
        # An empty file input is sent as a file without name and content.
        if segment.filename or content:
            cut = len(content) > MAX_FILE
            _add_file(form, segment, b"" if cut else content, cut=cut)
        return
    if (segment.charset or "utf-8").lower().replace("-", "") != "utf8":
        raise Stop(400, "malformed")
    _add(form, name, content.decode("utf-8"))


def _add_file(form: Form, segment: MultipartSegment, content: bytes, *, cut: bool) -> None:
    upload = Upload(_clean(segment.filename or ""), content, cut)
    form.files.setdefault(_clean(segment.name or ""), []).append(upload)


def _add(form: Form, name: str, value: str) -> None:
    if len(value) > MAX_TEXT:
        raise Stop(413, "too_large")
    form.fields.setdefault(_clean(name), []).append(_clean(value))


def _clean(text: str) -> str:
    # PostgreSQL can't hold NUL, and browsers don't send it.
    if "\0" in text:
        raise Stop(400, "malformed")
    return text
