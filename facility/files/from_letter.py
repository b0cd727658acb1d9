"""What is saved inside a document as a mail (.eml) or as rich text (.rtf): both hide their letters in codes of their own."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from facility.files.kinds import UnreadableDocument
from facility.files.passages import Budget, decoded, without_tags, wrapped_at
from facility.files.position import Passage, named

MAX_PARTS = 500

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
    """Its fields, texts and attachments. Raises UnreadableDocument (bomb) for too many of them."""
    message: EmailMessage = BytesParser(policy=default).parsebytes(part)
    for count, one in enumerate(message.walk()):
        if count > MAX_PARTS:
            raise UnreadableDocument("bomb")
        yield Passage("properties", "\n".join(f"{field}: {value}" for field, value in one.items()))
        if name := one.get_filename():
            yield named(name)
        content = one.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        budget.take_unpacked(len(content))
        if one.get_content_maintype() != "text":
            yield from nested(content)
            continue
        text = decoded(content)
        yield Passage("text", without_tags(text) if one.get_content_subtype() == "html" else text, page=True)


_TOKEN = re.compile(
    rb"\\u(-?\d+) ?|\\uc(\d+) ?|\\'([0-9a-fA-F]{2})|\\(?:par|line|cell|row|page|sect|column)\b()-?\d* ?|\\tab\b() ?|\\-()"
    rb"|\\_()|\\~()|\\\*?[a-zA-Z]+-?\d* ?|\\\*|[{}\r\n]|\\?([\x00-\xff])"
)
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}\s*){64,}")


def rtf(part: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """All of its letters, whatever destination holds them (headers, notes, properties), and what is packed in hex."""
    found = _CODE_PAGE.search(part[:4096])
    page = f"cp{int(found.group(1))}" if found else "cp1252"
    for run in _HEX.findall(part):
        packed = bytes.fromhex(run.decode("ascii"))
        budget.take_unpacked(len(packed))
        if (at := wrapped_at(packed)) is not None:
            yield from nested(packed[at:])
    yield Passage("text", _letters(_HEX.sub(b" ", part), page), page=True)


_AS = {4: "\n", 5: "\t", 6: "\u00ad", 7: "-", 8: " "}
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
        elif group in (3, 9):
            if skip:
                skip -= 1
                continue
            raw = bytes.fromhex(token.group(3).decode()) if group == 3 else token.group(9)
            pieces.append(raw.decode(page, "replace"))
        elif group:
            pieces.append(_AS[group])
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # \\u gives halves
