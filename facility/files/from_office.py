"""The text of DOCX and ODT: every XML part, paragraph by paragraph, so that split runs are joined again."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import XMLParser

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from facility.files.kinds import Kind, UnreadableDocument
from facility.files.matching import Passage, Where
from facility.files.passages import MAX_UNPACKED, Budget, decoded, without_tags

MAX_RATIO = 200
"""How many times larger than packed a part over 16 MB may be; real text packs 5 to 40 times, tables up to 100."""

_FREE_SIZE = 16 * 1024 * 1024
_MARKUP = re.compile(r"\.(?:svg|html?|xhtml|mht|txt|rtf|csv|rels)\Z")
_PARAGRAPHS = frozenset({"p", "h"})
_BREAKS = {
    "br": "\n",
    "cr": "\n",
    "line-break": "\n",
    "tab": "\t",
    "ptab": "\t",
    "noBreakHyphen": "-",
    "s": " ",
}
_SPOKEN = frozenset({"string", "descr", "title", "alt", "string-value"})  # `string`: Word's watermarks
_VALUED = frozenset({"docVar", "alias", "tag"})

Nested = Callable[[bytes], Iterator[Passage]]


def office(kind: Kind, data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """One passage per XML part, and what `nested` finds in embedded documents and pictures.
    Raises UnreadableDocument: broken, encrypted, bomb (parts too large or packed too tightly, XML entities).
    """
    place = _docx_place if kind is Kind.DOCX else _odt_place
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            part, name = _unpack(archive, member, budget), member.filename.lower()
            yield Passage("attachment", name.rpartition("/")[2])
            if name.endswith(".xml"):
                yield Passage(place(name), _xml_text(part, budget))
            elif _MARKUP.search(name):
                yield Passage("attachment", without_tags(decoded(part)))
            else:
                yield from nested(part)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Reads no further than the budget, whatever size the archive claims."""
    if member.flag_bits & 1:
        raise UnreadableDocument("encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableDocument("broken")
    limit = min(MAX_UNPACKED - budget.unpacked, max(_FREE_SIZE, MAX_RATIO * member.compress_size))
    with archive.open(member) as part:
        data = part.read(limit + 1)
    if len(data) > limit:
        raise UnreadableDocument("bomb")
    budget.take_unpacked(len(data))
    return data


def _docx_place(name: str) -> Where:
    if name.startswith(("docprops/", "customxml/", "docmetadata/")):
        return "metadata"
    part = name.rpartition("/")[2]
    if part.startswith(("header", "footer")):
        return "header"
    if part.startswith(("footnotes", "endnotes")):
        return "footnote"
    return "comment" if part.startswith("comments") else "text"


def _odt_place(name: str) -> Where:
    """In an ODT, headers and footers stand with the page styles; styles themselves hold no text."""
    part = name.rpartition("/")[2]
    return "header" if part == "styles.xml" else "text" if part == "content.xml" else "metadata"


def _xml_text(part: bytes, budget: Budget) -> str:
    gatherer = _Gatherer(budget)
    parser: XMLParser = DefusedXMLParser(target=gatherer, forbid_dtd=True)
    try:
        parser.feed(part)
        parser.close()
    except DefusedXmlException as error:
        raise UnreadableDocument("bomb") from error
    return "\n".join(gatherer.lines)


class _Gatherer:
    """An XML parser's target that keeps no tree: the text of each paragraph (or, outside paragraphs, of each element)
    as a line, text boxes inside a paragraph as lines of their own, and the attributes that a reader sees."""

    def __init__(self, budget: Budget) -> None:
        self.lines: list[str] = []
        self._budget = budget
        self._open: list[list[str]] = [[]]
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = _local(tag)
        if local in _PARAGRAPHS:
            self._open.append([])
        elif local in _BREAKS:
            self.data(_BREAKS[local])
        for key, value in attributes.items():
            name = _local(key)
            if name in _SPOKEN or (name == "val" and local in _VALUED):
                self._line(value)
            elif name == "name" and local in ("property", "user-defined"):
                self._label = f"{value}: "

    def end(self, tag: str) -> None:
        local = _local(tag)
        if local in _PARAGRAPHS:
            self._line("".join(self._open.pop()))
        elif len(self._open) == 1:
            text = "".join(self._open[0]).strip()
            self._open[0].clear()
            if text:
                self._line(f"{self._label}{text}")
        if local in ("property", "user-defined"):
            self._label = ""

    def data(self, text: str) -> None:
        self._open[-1].append(text)

    def close(self) -> None:
        """What XMLParser asks of a target; the lines are taken from here."""

    def _line(self, text: str) -> None:
        self._budget.take_text(len(text) + 1)
        self.lines.append(text)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
