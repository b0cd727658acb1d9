"""The text of an XML part, paragraph by paragraph, so that split runs are joined again, and by where a reader sees it."""

from collections.abc import Iterator
from xml.etree.ElementTree import XMLParser

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from facility.files.kinds import UnreadableDocument
from facility.files.outside import calls, is_dde
from facility.files.passages import Budget
from facility.files.position import Passage, Where

_PARAGRAPHS = frozenset({"p", "h", "si", "is", "text"})
_APART = frozenset({"annotation", "note", "txbxContent", "text-box", "ruby-text", "rt", "tracked-changes"})
"""Stand inside a paragraph without being part of what it says."""

_BREAKS = {
    "br": "\n",
    "cr": "\n",
    "line-break": "\n",
    "tab": "\t",
    "ptab": "\t",
    "noBreakHyphen": "-",
    "softHyphen": "\u00ad",
    "s": " ",
}
_UNSEEN = frozenset({"del", "moveFrom", "delText", "instrText", "delInstrText", "rPh", "deletion"})
_VANISH = frozenset({"vanish", "specVanish", "webHidden"})
_OFF = frozenset({"0", "false", "off"})
_PLACES: dict[str, Where] = {
    "annotation": "comments",
    "note": "footnote",
    "header": "header or footer",
    "footer": "header or footer",
    "header-left": "header or footer",
    "footer-left": "header or footer",
    "header-first": "header or footer",
    "footer-first": "header or footer",
}
_SPOKEN = frozenset(
    [
        "string",
        "descr",
        "title",
        "alt",
        "string-value",
        "string-value-if-true",
        "string-value-if-false",
        "tooltip",
        "display",
        "displayText",
        "prompt",
        "promptTitle",
        "error",
        "errorTitle",
        "formatCode",
        "num-prefix",
        "num-suffix",
        "instr",
        "label",
        "current-value",
        "value",
        "caption",
        "comment",
        "description",
        "author",
        "text",
        "v",
        "sqref-label",
    ]
)
"""Attributes that a reader sees somewhere; `string`: Word's watermarks."""

_VALUED = frozenset(
    [
        "docVar",
        "alias",
        "tag",
        "default",
        "statusText",
        "helpText",
        "result",
        "listEntry",
        "lvlText",
        "placeholder",
        "sheetName",
    ]
)
_CHOICES = frozenset({"listItem", "listEntry"})
"""What a drop-down offers says nothing unless it is chosen, and then it is text as well."""
_FIELDS = frozenset({"expression", "variable-set", "user-field-decl", "sequence", "hidden-paragraph"})
_LABELS = frozenset({"property", "user-defined"})
_NAMELESS = frozenset(
    [
        "style",
        "list-style",
        "default-style",
        "master-page",
        "page-layout",
        "font-face",
        "font",
        "lsdException",
    ]
)
_SHEETS = frozenset({"sheet", "table"})
_FIELD_MARK = "\0"
"""Stands where a field begins, where its result does, and where it ends; its code may be split over runs."""
_UNDERSCORES = str.maketrans("_.", "  ")


class Gatherer:
    """An XML parser's target that keeps no tree: the text of each paragraph (or, outside paragraphs, of each element)
    as a line; notes, comments and text boxes inside a paragraph as lines of their own; what is deleted or hidden once
    with the rest of its paragraph and once without; attributes that a reader sees; names."""

    def __init__(self, budget: Budget, where: Where) -> None:
        self.lines: dict[Where, list[str]] = {}
        self.names: dict[Where, list[str]] = {}
        self.budget = budget
        self._where: list[Where] = [where]
        self._open: list[list[tuple[str, bool]]] = [[]]
        self._label = ""
        self._unseen = 0
        self._in_code = False
        self._codes: list[str] = []
        self._in_run = False
        self._run_unseen = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = local_name(tag)
        self.budget.refusal = self.budget.refusal or calls(tag, attributes)
        if place := _PLACES.get(local):
            self._where.append(place)
        if local in _PARAGRAPHS or local in _APART:
            self._open.append([])
        elif local in _BREAKS:
            self.data(_BREAKS[local])
        elif local == "r":
            self._in_run, self._run_unseen = True, False
        elif local in _VANISH and self._in_run:
            self._run_unseen = not any(
                local_name(key) == "val" and value in _OFF for key, value in attributes.items()
            )
        if local in _UNSEEN:
            self._unseen += 1
            self._in_code = local == "instrText"
        elif local == "fldChar":
            self._codes.append(_FIELD_MARK)
        if attributes:
            self._attributes(local, attributes)

    def _attributes(self, local: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            name = local_name(key)
            if (
                name in _SPOKEN
                or (name == "val" and local in _VALUED)
                or (name == "formula" and local in _FIELDS)
            ):
                self.line(f"☐ {value}" if local in _CHOICES else value)
            elif name in ("name", "displayName"):
                if local in _LABELS:
                    self._label = f"{value}: "
                elif local not in _NAMELESS:
                    place: Where = "sheet name" if local in _SHEETS else "properties"
                    self.names.setdefault(place, []).append(value.translate(_UNDERSCORES))

    def end(self, tag: str) -> None:
        local = local_name(tag)
        if local in _UNSEEN:
            self._unseen -= 1
            self._in_code = False
        if local in _PARAGRAPHS or local in _APART:
            self._paragraph(self._open.pop())
        elif len(self._open) == 1:
            text = "".join(piece for piece, _ in self._open[0]).strip()
            self._open[0].clear()
            if text:
                self.line(f"{self._label}{text}")
        if local == "r":
            self._in_run = self._run_unseen = False
        elif local in _LABELS:
            self._label = ""
        if local in _PLACES:
            self._where.pop()

    def _paragraph(self, pieces: list[tuple[str, bool]]) -> None:
        self.line("".join(piece for piece, _ in pieces))
        if any(unseen for _, unseen in pieces):
            self.line("".join(piece for piece, unseen in pieces if not unseen))
            self.line("".join(piece for piece, unseen in pieces if unseen), "hidden text")

    def data(self, text: str) -> None:
        self._open[-1].append((text, self._unseen > 0 or self._run_unseen))
        if self._in_code:
            self._codes.append(text)

    def close(self) -> None:
        """What XMLParser asks of a target; the lines are taken from `passages`."""

    def line(self, text: str, where: Where | None = None) -> None:
        """Note a line, where the parser stands now or elsewhere."""
        self.budget.take_text(len(text) + 1)
        self.lines.setdefault(where or self._where[-1], []).append(text)

    def passages(self) -> Iterator[Passage]:
        """What was gathered."""
        if any(map(is_dde, "".join(self._codes).split(_FIELD_MARK))):
            self.budget.refusal = "remote"
        for where, lines in self.lines.items():
            yield Passage(where, "\n".join(lines), page=where == "text")
        for where, names in self.names.items():
            yield Passage(where, "\n".join(names))


def local_name(tag: str) -> str:
    """A tag or attribute without its namespace: readers don't care for it either."""
    return tag.rpartition("}")[2]


def feed(part: bytes, target: Gatherer) -> Iterator[Passage]:
    """Parse the part into the target; its passages. Raises UnreadableDocument (bomb) for entities."""
    parser: XMLParser = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        parser.feed(part)
        parser.close()
    except DefusedXmlException as error:
        raise UnreadableDocument("bomb") from error
    return target.passages()
