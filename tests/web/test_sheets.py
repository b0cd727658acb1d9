"""Spreadsheets run nothing that somebody typed, wherever they split a line, and figures stay figures."""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from facility.designations import all_footnotes
from facility.settings import ROOT
from facility.web.sheets import NOTE, Rows, safe, to_csv, xlsx_stream

RUN = "=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", "﹦1", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", '"=1', "\u200b=1"  # fmt: skip
HIDDEN = [
    "costs;=1+1",
    'costs";=1+1',
    'costs;"=1+1',
    "costs; @SUM(1)",
    "costs\t=1+1",
    "costs\n=1+1",
    "costs\r\n-1",
    "a;b;＝1+1",
    "costs;\t;=1",
]
STARTS = re.compile(r"[\s\"\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]")


def cells(content: bytes) -> list[str]:
    """Every cell of a table, as readers find it that split at other signs, or that know no quotes."""
    text = content.decode("utf-8-sig")
    parts = [
        cell
        for sign in ",;\t"
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        for cell in row
    ]
    return parts + re.split(r"[;\t\r\n]", text)


@pytest.mark.parametrize("typed", [*RUN, *HIDDEN])
def test_no_reader_finds_a_formula(typed: str) -> None:
    table = to_csv(["Title", typed], [["a", typed], [typed, "b"]])
    assert [cell for cell in cells(table) if STARTS.match(cell)] == []


def test_every_cell_is_quoted_and_read_as_it_was() -> None:
    rows: list[list[object]] = [
        ["Tirana; a “workshop”", 'He said "no"', Decimal("-5.00"), 12, None],
        ["a\nb", "350,-", "x-y", "a@b.eu", "1=1"],
    ]
    content = to_csv(["A", "B", "C", "D", "E"], rows)
    assert re.sub(rb'"(?:[^"]|"")*"', b"", content) == b"\xef\xbb\xbf" + b",,,,,\r\n" * 3
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[1:] == [
        ["Tirana; a “workshop”", 'He said "no"', "-5.00", "12", "", ""],
        ["a\nb", "350,-", "x-y", "a@b.eu", "1=1", ""],
    ]


def test_the_last_column_holds_the_footnotes_of_the_row() -> None:
    read = list(csv.DictReader(io.StringIO(to_csv(["A"], [["RS XK*"], ["RS"]]).decode("utf-8-sig"))))
    assert [row[NOTE] for row in read] == [all_footnotes(), ""]


def test_an_apostrophe_is_all_that_is_added() -> None:
    assert [safe(value) for value in ("=1", " =1", "a;=1", "\tx", "ok", "")] == [
        "'=1",
        " '=1",
        "a;'=1",
        "'\tx",
        "ok",
        "",
    ]


async def test_a_workbook_holds_texts_as_texts() -> None:
    async def batches() -> AsyncIterator[Rows]:
        yield [[typed, "https://example.org", Decimal("-5.00")] for typed in (*RUN, *HIDDEN)]

    content = b"".join([part async for part in xlsx_stream(["=1+1", "B", "C"], batches())])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in sheet, "hyperlink" in sheet, sheet.count("<v>-5</v>")) == (
        False,
        False,
        len(RUN) + len(HIDDEN),
    )


def test_one_writer_makes_all_tables() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "facility").rglob("*.py")
        if re.search(r"csv\.writer|csv\.DictWriter|xlsxwriter\.Workbook|openpyxl", path.read_text())
    }
    assert makers == {"facility/web/sheets.py"}
