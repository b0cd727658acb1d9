"""Rows copied from a spreadsheet: tabs as Excel and LibreOffice copy them, or CSV with semicolons or commas."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

import msgspec

from facility.folding import fold
from facility.web.amounts import Unclear
from facility.web.i18n import N_, filled, ngettext, translated

NOTHING_PASTED = N_("Paste the rows that you have copied from your spreadsheet.")
ONLY_A_HEAD = N_("There is only a head row. Copy the rows below it, too.")
UNREADABLE = N_("Line {line} cannot be read as a row.")
COLUMN_TWICE = N_("Two columns of the head row mean the same.")
MORE_CELLS = N_("Line {line} has more cells than there are columns. Is there a comma in an amount?")


class Row(msgspec.Struct, frozen=True):
    """One row: the number of its line as the person counts them, and its cells by column."""

    line: int
    cells: dict[str, str]


def read_rows(text: str, columns: Mapping[str, Sequence[str]], most: int) -> list[Row]:
    """The rows of a paste. columns: each column's names in a head row, in the order that counts without one.

    Empty lines are left out. Raises Unclear where it is no table, or has more than `most` rows.
    """
    lines = _lines(text)
    if not lines:
        raise Unclear(translated(NOTHING_PASTED))
    order: list[str | None] = _head(lines[0][1], columns)
    if order:
        lines = lines[1:]
        if not lines:
            raise Unclear(translated(ONLY_A_HEAD))
    else:
        order = list(columns)
    if len(lines) > most:
        raise Unclear(
            ngettext(
                "There is {count} row; at most {most} can be taken. Nothing was saved.",
                "There are {count} rows; at most {most} can be taken. Nothing was saved.",
                len(lines),
                most=most,
            )
        )
    return [_row(number, cells, order) for number, cells in lines]


def _lines(text: str) -> list[tuple[int, list[str]]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, [cell.strip() for cell in cells]))
            before = reader.line_num
    except csv.Error:
        raise Unclear(filled(UNREADABLE, line=before + 1)) from None
    return rows


def _delimiter(text: str) -> str:
    """A tab if there is any; a semicolon before a comma, which may stand in amounts."""
    return next((sign for sign in "\t;" if sign in text), ",")


def _head(cells: Sequence[str], columns: Mapping[str, Sequence[str]]) -> list[str | None]:
    """The columns of a head row in its order, None for one that nobody knows; empty where it is no head row."""
    by_name = {fold(name): column for column, names in columns.items() for name in (column, *names)}
    order = [by_name.get(fold(cell)) for cell in cells]
    known = [column for column in order if column]
    if len(known) < 2 or len(known) * 2 < len(cells):
        return []
    if len(set(known)) < len(known):
        raise Unclear(translated(COLUMN_TWICE))
    return order


def _row(line: int, cells: Sequence[str], order: Sequence[str | None]) -> Row:
    if any(cells[len(order) :]):
        raise Unclear(filled(MORE_CELLS, line=line))
    return Row(line, {column: cell for column, cell in zip(order, cells, strict=False) if column})
