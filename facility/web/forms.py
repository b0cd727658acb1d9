"""Bodies as forms: parsed in memory only, within limits, in steps, and whatever is malformed is a 4xx."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from facility.web.stops import Stop

MAX_FILE = 10_000_000
MAX_TEXT = 1_000_000
MAX_FIELDS = 1_500
STEP = 32_768
"""Bytes that are parsed at a time: some milliseconds where every one is a percent sign."""


class Upload(msgspec.Struct, frozen=True):
    """A file that came with a form. `name` is what the sender calls it, and nothing to rely on. `cut`: it is larger than
    a file may be, and nothing of it was kept."""

    name: str
    content: bytes
    cut: bool = False


class Form(msgspec.Struct):
    """What a form sent: every value of every name, in order. Empty where nothing was sent. `takes_files`: the handler has
    said that it does."""

    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    takes_files: bool = True

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


def parse(body: bytes, content_type: str | None, *, whole: bool = True) -> Form:
    """A body as a form, at once. Raises Stop."""
    form = Form({}, {})
    for _step in steps(form, body, content_type, whole=whole):
        pass
    return form


def steps(form: Form, body: bytes, content_type: str | None, *, whole: bool) -> Iterator[None]:
    """Fill the form from a body, a step at a time, so that others get their turn between two; from one that isn't whole
    with what came before the file that made it so large. Raises Stop."""
    if not body and not content_type:
        return
    try:
        kind, options = parse_options_header(content_type or "")
        if options.get("charset", "utf-8").lower().replace("-", "") != "utf8":
            raise Stop(400, "malformed")
        if kind == "application/x-www-form-urlencoded" and whole:
            yield from _urlencoded(form, body)
        elif kind == "multipart/form-data":
            yield from _multipart(form, body, options.get("boundary", ""), whole=whole)
        else:
            raise Stop(415, "media_type") if whole else Stop(413, "too_large")
    except ParserLimitReached:
        raise Stop(413, "too_large") from None
    except (MultipartError, ValueError, LookupError):
        raise Stop(400, "malformed") from None


def _urlencoded(form: Form, body: bytes) -> Iterator[None]:
    if body.count(b"&") >= MAX_FIELDS:
        raise Stop(413, "too_many_fields")
    done = 0
    for pair in filter(None, body.split(b"&")):
        name, _sign, value = pair.partition(b"=")
        _add(form, (yield from _decoded(name)), (yield from _decoded(value)))
        done += len(pair)
        if done >= STEP:
            done = 0
            yield


def _decoded(encoded: bytes) -> Generator[None, None, str]:
    """Urlencoded text as it was typed. Raises ValueError for what is no UTF-8."""
    pieces: list[bytes] = []
    at = 0
    while at < len(encoded):
        end = at + STEP
        # Not between a percent sign and its two digits.
        cut = encoded.rfind(b"%", end - 2, end)
        end = end if cut == -1 or end >= len(encoded) else cut
        pieces.append(unquote_to_bytes(encoded[at:end].replace(b"+", b" ")))
        if end < len(encoded):
            yield
        at = end
    return b"".join(pieces).decode("utf-8")


def _multipart(form: Form, body: bytes, boundary: str, *, whole: bool) -> Iterator[None]:
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    parser = PushMultipartParser(
        boundary, len(body), max_segment_size=len(body), max_segment_count=MAX_FIELDS, strict=True
    )
    with contextlib.ExitStack() as stack:
        if whole:
            stack.enter_context(parser)  # which says at the end whether anything is missing
        for at in range(0, len(body), STEP):
            for event in parser.parse(body[at : at + STEP]):
                if isinstance(event, MultipartSegment):
                    segment, chunks = event, []
                elif event is not None:
                    chunks.append(bytes(event))
                elif segment is not None:
                    _add_segment(form, segment, b"".join(chunks))
                    segment = None
            if at + STEP < len(body):
                yield
    if segment is not None:
        if segment.filename is None:
            raise Stop(413, "too_large")
        _add_file(form, segment, b"", cut=True)


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
