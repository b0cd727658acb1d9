"""What every reader of a document shares: a budget of work, and the ways to make text of raw bytes."""

import html
import re

from facility.files.kinds import Code, UnreadableDocument

MAX_UNPACKED = 100 * 1024 * 1024
"""Bytes that a document may unpack to, with all that is nested in it."""

MAX_TEXT = 60_000_000
"""Characters of text that are gathered and searched in one document, some of them more than once; a thousand dense pages
have about four million, a spreadsheet of ten megabytes twenty."""

MAX_NESTING = 6
"""How deep documents may stand inside documents (a picture in a DOCX attached to a PDF)."""


FREE = 8 * 1024 * 1024
MAX_RATIO = 100
"""How many times its size a document may unpack to, beside what is free: text packs 5 to 40 times, tables up to 100."""

_FREE_TEXT = 16_000_000
_PASSAGE = 200
_PHRASE = 60
"""Characters that take as long to search as a passage does that has none, and as a phrase that might be a marking."""


class Budget:
    """The work that a document of `size` bytes may cause; every `take_…` raises UnreadableDocument("bomb") when it is
    spent."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.most_unpacked = min(MAX_UNPACKED, FREE + MAX_RATIO * size)
        self.most_text = min(MAX_TEXT, _FREE_TEXT + 2 * MAX_RATIO * size)
        self.unpacked = 0
        self.text = 0
        self.refusal: Code | None = None
        """Why the document can't be taken although it can be searched; a marking goes before."""
        self.unread = 0
        """Pictures, and pages that hold nothing else: shown to people as not machine-readable."""

    def take_unpacked(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.most_unpacked:
            raise UnreadableDocument("bomb")

    def take_passage(self, size: int) -> None:
        self.take_text(size + _PASSAGE)

    def take_phrase(self) -> None:
        self.take_text(_PHRASE)

    def take_text(self, size: int) -> None:
        self.text += size
        if self.text > self.most_text:
            raise UnreadableDocument("bomb")


_CODE_PAGES = ("latin-1", "cp1250", "cp1251", "cp1254", "cp1253")
_UTF_16 = {  # runs of Latin, Greek and Cyrillic letters and of what may stand between them, at any offset
    "utf-16-le": re.compile(rb"(?:[^\0][\0-\x04]|[\0-\x6f]\x20|\xff\xfe){4,}"),
    "utf-16-be": re.compile(rb"(?:[\0-\x04][^\0]|\x20[\0-\x6f]|\xfe\xff){4,}"),
}
_EXIF_UNICODE = b"UNICODE\0"  # before a comment in UTF-16, whose first letter it would else be taken for
_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")


def decoded(raw: bytes) -> str:
    """Raw bytes as text: UTF-8 or else each code page of the region, and also whatever in it looks like UTF-16, since
    the fields of a TIFF block have no common encoding."""
    raw = raw.replace(_EXIF_UNICODE, b"\0" * len(_EXIF_UNICODE))
    if raw.startswith(_BYTE_ORDER):
        return raw.decode("utf-16", "replace")
    wide = [run.decode(code, "replace") for code, runs in _UTF_16.items() for run in runs.findall(raw)]
    try:
        narrow = [raw.decode("utf-8")]
    except UnicodeDecodeError:
        pages = [raw.decode(page, "replace") for page in ("utf-8", *_CODE_PAGES)]
        narrow = list(dict.fromkeys(pages))
    return "\n".join([*wide, *narrow])


_PACKED = (
    b"PK\x03\x04",
    b"%PDF-",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)


def wrapped_at(data: bytes, within: int = 4096) -> int | None:
    """Where, in the first bytes, a document begins that the rest wraps."""
    signs = [at for sign in _PACKED if (at := data.find(sign, 0, within)) >= 0]
    return min(signs, default=None)


def without_tags(markup: str) -> str:
    """XML or HTML with each attribute and each piece of text on a line of its own; XMP keeps values in both."""
    return html.unescape(re.sub(r"[<>\"'=]+", "\n", markup))
