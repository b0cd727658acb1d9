"""What stands on a page where a value is missing: the words of a program, headings and buttons without a word, stray signs."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

SPEAKING = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "th",
        "dt",
        "dd",
        "label",
        "legend",
        "caption",
        "summary",
        "figcaption",
        "option",
        "a",
        "button",
        "title",
    ]
)
"""Elements that say something, or should not be there."""
_BLOCKS = SPEAKING - {"a"} | frozenset(
    [
        "p",
        "li",
        "td",
        "div",
        "section",
        "article",
        "aside",
        "main",
        "header",
        "footer",
        "nav",
        "ul",
        "ol",
        "dl",
        "table",
        "tr",
        "thead",
        "tbody",
        "body",
        "form",
        "fieldset",
        "br",
    ]
)
_UNREAD = frozenset({"script", "style", "textarea", "svg"})
_STRAY = re.compile(
    r"\bNone\b|\bnan\b|\bNaN\b|\bUndefined\b|\( *\)|\[ *\]|\{ *\}|,\s*,| [,;.](?=\s|$)|[.;]\s+[.;](?=\s|$)"
)


class _Blanks:
    """Goes through a page from its first to its last word."""

    def __init__(self) -> None:
        self.blanks: list[str] = []
        self._block: list[str] = []
        self._before = ""

    def take_in(self, node: LexborNode, *, is_read: bool) -> bool:
        """Whether the element says anything, by words in it or by a label."""
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._end_block()
        says = any([_is_labelled(tag, node), *self._said_in(node, is_read=is_read and tag not in _UNREAD)])
        if tag in _BLOCKS:
            self._end_block()
        if tag in SPEAKING and not says:
            self.blanks.append(f"<{tag}> without a word after {self._before[-80:]!r}")
        return says

    def _said_in(self, node: LexborNode, *, is_read: bool) -> Iterator[bool]:
        for inner in node.iter(include_text=True):
            if inner.tag != "-text":
                yield self.take_in(inner, is_read=is_read)
            elif is_read:
                words = inner.text_content or ""
                self._block.append(words)
                yield bool(words.strip())

    def _end_block(self) -> None:
        line = " ".join("".join(self._block).split())
        self._block.clear()
        self._before = line or self._before
        self.blanks += [f"{match.group()!r} in {line[:200]!r}" for match in _STRAY.finditer(line)]


def _is_labelled(tag: str, node: LexborNode) -> bool:
    given = node.attributes
    return bool(tag == "input" or given.get("aria-label") or given.get("alt"))


def program_words(text: str) -> list[str]:
    """What a program says for nothing, on paper or in a mail; signs may stand anywhere, where lines are broken."""
    return [match.group() for match in _STRAY.finditer(text) if match.group()[0] not in " ,.;"]


def blanks(html: str) -> list[str]:
    """Each with what stands around it."""
    page, root = _Blanks(), LexborHTMLParser(html).root
    if root is not None:
        page.take_in(root, is_read=True)
    return page.blanks
