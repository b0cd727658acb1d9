"""What stands on a page where a value is missing: the words of a program, headings and buttons without a word, stray signs."""

import re
from html.parser import HTMLParser

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
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_STRAY = re.compile(
    r"\bNone\b|\bnan\b|\bNaN\b|\bUndefined\b|\( *\)|\[ *\]|\{ *\}|,\s*,| [,;.](?=\s|$)|[.;]\s+[.;](?=\s|$)"
)


class _Blanks(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self._block: list[str] = []
        self._said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        label = given.get("aria-label") or given.get("alt") or (tag == "input" and "input")
        if label:
            for _, words in self._open:
                words.append(str(label))
        if tag in _BLOCKS:
            self._end_block()
        if tag not in _VOID:
            self._open.append((tag, [str(label)] if label else []))

    def handle_data(self, data: str) -> None:
        if not any(tag in _UNREAD for tag, _ in self._open):
            self._block.append(data)
            for _, words in self._open:
                words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        while self._open:
            ended, words = self._open.pop()
            if ended in SPEAKING and not "".join(words).strip():
                self.found.append(f"<{ended}> without a word after {self._said[-80:]!r}")
            if ended == tag:
                return

    def _end_block(self) -> None:
        line = " ".join("".join(self._block).split())
        self._block.clear()
        self._said = line or self._said
        self.found += [f"{match.group()!r} in {line[:200]!r}" for match in _STRAY.finditer(line)]


def program_words(text: str) -> list[str]:
    """What a program says for nothing, on paper or in a mail; signs may stand anywhere, where lines are broken."""
    return [match.group() for match in _STRAY.finditer(text) if match.group()[0] not in " ,.;"]


def blanks(html: str) -> list[str]:
    """Each with what stands around it."""
    parser = _Blanks()
    parser.feed(html)
    return parser.found
