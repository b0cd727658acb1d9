"""Bodies of forms, read by ourselves: in memory only, within limits, and whatever is malformed is a 4xx."""

import asyncio
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
MAX_FIELDS = 1_000
READ_WITHIN = 120
"""Seconds for the whole body: a sender that dawdles holds memory."""
# A browser shows a connection that is closed on it as an error of its own: read on a little, so that it gets the page.
_DRAIN = 4 * MAX_BODY


class Upload(msgspec.Struct, frozen=True):
    """A file that came with a form. `name` is what the sender calls it, and nothing to rely on."""

    name: str
    content: bytes


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

    Raises Stop: 413 too large or too many fields, 400 malformed, 415 another media type, 408 too slow.
    """
    try:
        async with asyncio.timeout(READ_WITHIN):
            body = await _read(receive, header_of(scope, b"content-length"))
    except TimeoutError:
        raise Stop(408, "too_slow") from None
    scope["state"]["received_at"] = clock.now()
    form = parse(body, header_of(scope, b"content-type"))
    scope["state"]["form"] = form
    return form


async def _read(receive: Any, length: str | None) -> bytes:
    if length and length.isdigit() and int(length) > _DRAIN:
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
            break
        if not message.get("more_body"):
            break
    if size > MAX_BODY:
        raise Stop(413, "too_large", {"connection": "close"})
    return b"".join(chunks)


def parse(body: bytes, content_type: str | None) -> Form:
    """A body as a form. Raises Stop."""
    if not body and not content_type:
        return Form({}, {})
    try:
        kind, options = parse_options_header(content_type or "")
        if options.get("charset", "utf-8").lower().replace("-", "") != "utf8":
            raise Stop(400, "malformed")
        if kind == "application/x-www-form-urlencoded":
            return _urlencoded(body)
        if kind == "multipart/form-data":
            return _multipart(body, options.get("boundary", ""))
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


def _multipart(body: bytes, boundary: str) -> Form:
    form = Form({}, {})
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    parser = PushMultipartParser(
        boundary, len(body), max_segment_size=MAX_FILE, max_segment_count=MAX_FIELDS, strict=True
    )
    with parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                segment, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            elif segment is not None:
                _add_segment(form, segment, b"".join(chunks))
    return form


def _add_segment(form: Form, segment: MultipartSegment, content: bytes) -> None:
    name = _clean(segment.name or "")
    if segment.filename is not None:
        # An empty file input is sent as a file without name and content.
        if segment.filename or content:
            form.files.setdefault(name, []).append(Upload(_clean(segment.filename), content))
        return
    if (segment.charset or "utf-8").lower().replace("-", "") != "utf8":
        raise Stop(400, "malformed")
    _add(form, name, content.decode("utf-8"))


def _add(form: Form, name: str, value: str) -> None:
    if len(value) > MAX_TEXT:
        raise Stop(413, "too_large")
    form.fields.setdefault(_clean(name), []).append(_clean(value))


def _clean(text: str) -> str:
    # PostgreSQL can't hold NUL, and browsers don't send it.
    if "\0" in text:
        raise Stop(400, "malformed")
    return text
