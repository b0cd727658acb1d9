"""What is saved inside a document as a mail (.eml) or as rich text (.rtf): both hide their letters in codes of their own."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header

from facility.files.kinds import UnreadableDocument
from facility.files.outside import is_dde, is_elsewhere
from facility.files.passages import Budget, decoded, without_tags, wrapped_at
from facility.files.position import Passage, named

MAX_PARTS = 500
MAX_FIELD = 64 * 1024
MAX_LINES = 20_000
"""Lines that might begin a part."""

Nested = Callable[[bytes], Iterator[Passage]]

RTF = b"{\\rtf"
_MAIL = re.compile(
    rb"\A(?:[\w-]{2,60}:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:From|Subject|Received|MIME-Version|Message-ID):",
    re.IGNORECASE,
)


def is_mail(part: bytes) -> bool:
    """Whether it begins with the fields of a mail."""
    return _MAIL.match(part[:8192]) is not None


def mail(part: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Its fields, texts and attachments. Raises UnreadableDocument (bomb) for too many of them, or too long a field."""
    if part.count(b"\n--") > MAX_LINES:
        raise UnreadableDocument("bomb")
    message = message_from_bytes(part)
    for count, section in enumerate(message.walk()):
        fields = list(section.raw_items())
        if count > MAX_PARTS or any(len(value) > MAX_FIELD for _, value in fields):
            raise UnreadableDocument("bomb")
        yield Passage("properties", "\n".join(f"{field}: {_field(value)}" for field, value in fields))
        if name := section.get_filename():
            yield named(name)
        content = section.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        budget.take_unpacked(len(content))
        if section.get_content_maintype() != "text":
            yield from nested(content)
            continue
        text = decoded(content)
        yield Passage(
            "text", without_tags(text) if section.get_content_subtype() == "html" else text, page=True
        )


def _field(value: str) -> str:
    """A field's value on one line, as it stands there and with its encoded words read. The parser that takes fields
    apart by their grammar is quadratic in their length."""
    plain = " ".join(decoded(value.encode("utf-8", "surrogateescape")).split())
    words = [
        word if isinstance(word, str) else word.decode(page or "latin-1", "replace")
        for word, page in _words(plain)
    ]
    return plain if len(words) < 2 and words == [plain] else f"{plain}\n{''.join(words)}"


def _words(value: str) -> list[tuple[bytes | str, str | None]]:
    try:
        return decode_header(value)
    except HeaderParseError:
        return [(value, None)]


_TOKEN = re.compile(
    rb"\\u(-?\d+) ?|\\uc(\d+) ?|\\'([0-9a-fA-F]{2})|\\(?:par|line|cell|row|page|sect|column)\b()-?\d* ?|\\tab\b() ?|\\-()"
    rb"|\\_()|\\~()|\\fldinst\b() ?|\\template\b() ?|\\\*?[a-zA-Z]+-?\d* ?|\\\*|[{}\r\n]|\\(.)|([^\\{}\r\n]+)",
    re.DOTALL,
)
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}\s{0,8}+){64,}+")


def rtf(part: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """All of its letters, whatever destination holds them (headers, notes, properties), and what is packed in hex."""
    code_page = _CODE_PAGE.search(part[:4096])
    page = f"cp{int(code_page.group(1))}" if code_page else "cp1252"
    for run in _HEX.findall(part):
        packed = bytes.fromhex(run.decode("ascii"))
        budget.take_unpacked(len(packed))
        if (at := wrapped_at(packed)) is not None:
            yield from nested(packed[at:])
    text = _letters(_HEX.sub(b" ", part), page)
    if any(map(is_dde, text.split(_FIELD)[1:])) or any(map(is_elsewhere, text.split(_TEMPLATE)[1:])):
        budget.refusal = "remote"
    yield Passage("text", text.translate(_MARKS), page=True)


_FIELD, _TEMPLATE = "\0", "\1"
_MARKS = str.maketrans({_FIELD: "", _TEMPLATE: ""})
_AS = {4: "\n", 5: "\t", 6: "\u00ad", 7: "-", 8: " ", 9: _FIELD, 10: _TEMPLATE}
"""What some control words stand for, by their group in _TOKEN."""


def _letters(part: bytes, page: str) -> str:
    """\\uN stands for a character, and what follows it for readers that don't know it; \\ucN says how much that is."""
    pieces: list[str] = []
    fallback, skip = 1, 0
    for token in _TOKEN.finditer(part):
        group = token.lastindex
        if group == 1:
            pieces.append(chr(int(token.group(1)) & 0xFFFF))
            skip = fallback
        elif group == 2:
            fallback = min(int(token.group(2)), 8)
        elif group in (3, 11, 12):
            raw = bytes.fromhex(token.group(3).decode()) if group == 3 else token.group(group)
            pieces.append(raw[skip:].decode(page, "replace"))
            skip = max(0, skip - len(raw))
        elif group:
            pieces.append(_AS[group])
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # \\u gives halves
