"""The text of spreadsheets: cells in order and down their columns, hidden ones apart, constants in formulas."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from facility.files.outside import is_dde_formula
from facility.files.passages import Budget
from facility.files.position import Passage, Where
from facility.files.wording import of_people_or_counts
from facility.files.xml_text import Gatherer, local_name

_FIELD = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{5,6}|\d{1,3}|[A-Za-z&])')
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_LETTERS = re.compile(r"[A-Z]+")
_HEADERS = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})
_FORMULAS = frozenset({"f", "formula1", "formula2", "formula"})
_MOST_COLUMNS = 16_384
_BEGINNING = 200
_FIRST_CELLS = 20
_PIECE = 80
"""Characters of a cell that may be part of a marking which goes on in the cell below."""


class Book(NamedTuple):
    """What the sheets of a workbook need to be read: shared strings by number, and which parts are hidden."""

    shared: list[str]
    hidden: frozenset[str]


def book(workbook: bytes, relations: bytes, strings: bytes, folder: str) -> Book:
    """From the three parts of an XLSX. A sheet that is "hidden" or "veryHidden" is hidden."""
    targets = {item.get("Id", ""): item.get("Target", "") for item in _tree(relations)}
    hidden = {
        _path(folder, targets.get(value, ""))
        for sheet in _tree(workbook).iter()
        if local_name(sheet.tag) == "sheet" and sheet.get("state", "visible") != "visible"
        for key, value in sheet.attrib.items()
        if local_name(key) == "id"
    }
    shared = [_string(item) for item in _tree(strings)] if strings else []
    return Book(shared, frozenset(hidden))


def _tree(part: bytes) -> Element:
    tree: Element = fromstring(part, forbid_dtd=True)
    return tree


def _path(folder: str, target: str) -> str:
    return target.lstrip("/").lower() if target.startswith("/") else f"{folder}{target}".lower()


def _string(item: Element) -> str:
    return "".join(node.text or "" for node in item.iter() if local_name(node.tag) == "t")


class _Heads:
    """Those of a sheet's first cells that say what the columns are about ("Number of documents"), for each column."""

    def __init__(self) -> None:
        self.telling: list[str] = []
        self._seen = 0

    def see(self, text: str) -> None:
        """The next cell of the sheet."""
        self._seen += 1
        if self._seen <= _FIRST_CELLS and of_people_or_counts(text):
            self.telling += [text, "#"]


class Sheet(Gatherer):
    """A worksheet of an XLSX: a cell's line is its string, wherever that is kept."""

    def __init__(self, budget: Budget, known: Book, *, hidden: bool) -> None:
        super().__init__(budget, "hidden sheet" if hidden else "text")
        self._shared = known.shared
        self._hidden_columns: set[int] = set()
        self._row_hidden = False
        self._cell_type = "n"
        self._choice = False
        self._column = 0
        self._text = ""
        self._columns: defaultdict[int, list[str]] = defaultdict(list)
        self._heads = _Heads()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row, a cell or anything else begins."""
        local = local_name(tag)
        self._text = ""
        if local == "c":
            self._cell_type = attributes.get("t", "n")
            self._column = _column_of(attributes.get("r", ""), self._column)
        elif local == "row":
            self._row_hidden = attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0"
            self._column = 0
        elif local == "dataValidation":
            self._choice = attributes.get("type") == "list"
            super().start(tag, attributes)
        elif local == "col" and (attributes.get("hidden") in ("1", "true") or attributes.get("width") == "0"):
            self._hide(int(attributes.get("min", 0)), int(attributes.get("max", 0)))
        elif local not in ("v", "f", "t", "r") or self._in_inline:
            super().start(tag, attributes)

    def _hide(self, first: int, last: int) -> None:
        columns = range(max(first, 0), min(last, _MOST_COLUMNS) + 1)
        self.budget.take_text(len(columns))
        self._hidden_columns.update(columns)

    @property
    def _in_inline(self) -> bool:
        return len(self._open) > 1

    def data(self, text: str) -> None:
        """Text between tags; inside an inline string it belongs to the cell."""
        if self._in_inline:
            super().data(text)
        else:
            self._text += text

    def end(self, tag: str) -> None:
        """A cell's value, a formula, a header or anything else ends."""
        local = local_name(tag)
        text, self._text = self._text, ""
        if local == "v":
            self._value(text)
        elif local in _FORMULAS:
            self._formula(text, choice=local == "formula1" and self._choice)
        elif local in _HEADERS:
            self.line(_FIELD.sub(_plain, text), "header or footer")
        elif local == "is":
            self._cell("".join(piece for piece, unseen in self._open.pop() if not unseen))
        elif local not in ("c", "row", "col"):
            super().end(tag)
            if text.strip():
                self.line(text)

    def _value(self, text: str) -> None:
        if self._cell_type == "s":
            number = int(text)
            # Prose is searched where the strings are kept; here it only stands between its neighbours.
            self._cell(self._shared[number][:_BEGINNING] if 0 <= number < len(self._shared) else "")
        elif self._cell_type == "str":
            self._cell(text)

    def _cell(self, text: str) -> None:
        hidden = self._row_hidden or self._column in self._hidden_columns
        self.line(text, "hidden cells" if hidden else None)
        if len(text) <= _PIECE:
            self._columns[self._column].append(text)
            self._heads.see(text)

    def _formula(self, text: str, *, choice: bool) -> None:
        """Its constants, and all of them as one: ="TAJ"&"NO"; or those that a cell's list offers."""
        _check_formula(text, self.budget)
        literals = [literal.replace('""', '"') for literal in _LITERAL.findall(text)]
        if choice and literals:
            self.line("\n".join(f"☐ {literal}" for literal in ",".join(literals).split(",")), "formula")
        elif literals:
            self.line("\n".join([*literals, "", "".join(literals)]), "formula")

    def passages(self) -> Iterator[Passage]:
        """What was gathered, then down each column."""
        yield from (passage._replace(page=False) for passage in super().passages())
        where: Where = self._where[0]
        for cells in self._columns.values():
            yield Passage(where, "\n".join([*self._heads.telling, *cells]))


def _check_formula(text: str, budget: Budget) -> None:
    if is_dde_formula(_LITERAL.sub('""', text)):
        budget.refusal = "remote"


def _column_of(reference: str, previous: int) -> int:
    letters = _LETTERS.match(reference)
    if not letters:
        return previous + 1
    number = 0
    for letter in letters.group()[:3]:
        number = number * 26 + ord(letter) - 64
    return min(number, _MOST_COLUMNS)


def _plain(field: re.Match[str]) -> str:
    """A header's codes: left, centre and right are apart, page numbers are blanks, fonts are nothing."""
    code = field.group()[1:]
    if code == "&":
        return "&"
    if code in "LCR":
        return "\t"
    return " " if code in "PNDTFAZG" else ""


class Table(Gatherer):
    """The content of an ODS: sheets whose style or rows or columns aren't shown are apart, and columns read down."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget, "text")
        self._style = ""
        self._unshown: set[str] = set()
        self._column = 0
        self._columns: defaultdict[int, list[str]] = defaultdict(list)
        self._hidden_columns: set[int] = set()
        self._in_cell = False
        self._heads = _Heads()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = local_name(tag)
        given = {local_name(key): value for key, value in attributes.items()}
        if local == "style":
            self._style = given.get("name", "")
        elif local == "table-properties" and given.get("display") == "false":
            self._unshown.add(self._style)
        elif local == "table":
            self._where.append("hidden sheet" if given.get("style-name") in self._unshown else "text")
            self._column, self._hidden_columns = 0, set()
        elif local == "table-column":
            self._declare(given)
        elif local == "table-row":
            self._column = 0
            shown = given.get("visibility", "visible") == "visible"
            self._where.append(self._where[-1] if shown else "hidden cells")
        elif local in ("table-cell", "covered-table-cell"):
            self._in_cell = True
            self._where.append("hidden cells" if self._column in self._hidden_columns else self._where[-1])
            if formula := given.get("formula"):
                self._formula(formula)
        super().start(tag, attributes)
        if local in ("table-cell", "covered-table-cell"):
            self._column = min(self._column + _repeats(given), _MOST_COLUMNS)

    def _declare(self, given: dict[str, str]) -> None:
        after = min(self._column + _repeats(given), _MOST_COLUMNS)
        if given.get("visibility", "visible") != "visible":
            self._hidden_columns.update(range(self._column, after))
        self._column = after

    def _formula(self, text: str) -> None:
        _check_formula(text, self.budget)
        literals = _LITERAL.findall(text)
        if literals:
            self.line("\n".join([*literals, "", "".join(literals)]), "formula")

    def end(self, tag: str) -> None:
        super().end(tag)
        local = local_name(tag)
        if local in ("table-cell", "covered-table-cell"):
            self._in_cell = False
        if local in ("table", "table-row", "table-cell", "covered-table-cell"):
            self._where.pop()

    def line(self, text: str, where: Where | None = None) -> None:
        """Note a line, and remember a cell's column."""
        super().line(text, where)
        if self._in_cell and where is None and len(text) <= _PIECE:
            self._columns[self._column].append(text)
            self._heads.see(text)

    def passages(self) -> Iterator[Passage]:
        """What was gathered, then down each column."""
        yield from (passage._replace(page=False) for passage in super().passages())
        for cells in self._columns.values():
            yield Passage("text", "\n".join([*self._heads.telling, *cells]))


def _repeats(given: dict[str, str]) -> int:
    return min(int(given.get("number-columns-repeated", "1")), _MOST_COLUMNS)
