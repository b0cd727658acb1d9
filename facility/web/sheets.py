"""Tables for spreadsheets: CSV and XLSX, neither of which runs what somebody has typed."""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from litestar.response.streaming import ASGIStreamingResponse

from facility.designations import footnotes

NOTE = "designation_note"
"""The last column of every table: the footnotes to the designations that the row and the head print."""

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
"""Of one sheet of a workbook, its head among them; what is beyond goes into a sheet of its own."""
# What begins a formula, also in full width or small, which some spreadsheets read alike; whatever stands before it without
# being seen; and where a reader may begin a new cell that splits at ";" or a tab, or takes no notice of quotes.
_FORMULA = re.compile(r"""((?:^|[;\t\r\n])[\s"'\0\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])""")
_CONTROL = ("\t", "\r", "\n")
_BOM = b"\xef\xbb\xbf"
_CHUNK = 64 * 1024

type Rows = Iterable[Sequence[object]]


def safe(cell: object) -> str:
    """A cell that a spreadsheet shows and doesn't run, wherever it splits the line: what looks like a formula gets an
    apostrophe before it. Numbers stay numbers."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if cell is None or isinstance(cell, int):
        return "" if cell is None else str(cell)
    text = _FORMULA.sub(r"\1'", str(cell))
    return f"'{text}" if text.startswith(_CONTROL) else text


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _noted(head: Sequence[str], rows: Rows) -> Iterator[list[object]]:
    for row in rows:
        words = [*head, *(cell for cell in row if isinstance(cell, str))]
        yield [*row, footnotes(" ".join(words))]


def to_csv(head: Sequence[str], rows: Rows) -> bytes:
    """Rows as CSV in UTF-8, with a byte order mark, by which spreadsheets recognise it."""
    return _BOM + _csv([[*head, NOTE], *_noted(head, rows)])


async def csv_stream(head: Sequence[str], batches: AsyncIterator[Rows]) -> AsyncIterator[bytes]:
    """The same, as it is read."""
    yield _BOM + _csv([[*head, NOTE]])
    async for rows in batches:
        yield _csv(_noted(head, rows))


async def xlsx_stream(head: Sequence[str], batches: AsyncIterator[Rows]) -> AsyncIterator[bytes]:
    """A workbook with one sheet. It is written row by row into a file of its own, so that memory doesn't grow with it."""
    with tempfile.TemporaryDirectory(prefix="facility-sheet-") as folder:
        path = Path(folder) / "list.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder})
        try:
            sheet = _Sheet(book, head)
            async for rows in batches:
                await asyncio.to_thread(sheet.add, rows)
        finally:
            await asyncio.to_thread(book.close)
        with path.open("rb") as content:
            while chunk := await asyncio.to_thread(content.read, _CHUNK):
                yield chunk


def sent(content: AsyncIterator[bytes], name: str, media_type: str) -> ASGIStreamingResponse:
    """A table as a file, sent while it is read. `name`: in ASCII."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return ASGIStreamingResponse(iterator=content, media_type=media_type, headers=headers)


class _Sheet:
    """The sheet that is written; once it is full, the next."""

    def __init__(self, book: xlsxwriter.Workbook, head: Sequence[str]) -> None:
        self._book, self._head = book, [*head, NOTE]
        self._amount = book.add_format({"num_format": "#,##0.00"})
        self._bold = book.add_format({"bold": True})
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, self._head, self._bold)
        self._next = 1

    def add(self, rows: Rows) -> None:
        for row in _noted(self._head, rows):
            if self._next == MOST_ROWS:
                self._begin()
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    self._sheet.write_number(self._next, column, float(cell), self._amount)
                elif cell is not None:
                    self._sheet.write_string(self._next, column, str(cell))
            self._next += 1
