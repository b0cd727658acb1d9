"""Rows copied from a spreadsheet: what is a head row, which sign parts the cells, and what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.message import Message
from facility.web.amounts import Unclear
from facility.web.pasted import (
    COLUMN_TWICE,
    MORE_CELLS,
    NOTHING_PASTED,
    ONLY_A_HEAD,
    UNREADABLE,
    Row,
    read_rows,
)
from tests.browser import says

COLUMNS = {"what": ("description",), "number": ("quantity", "how many"), "cost": ("unit cost", "eur")}


def cells(text: str) -> list[dict[str, str]]:
    return [row.cells for row in read_rows(text, COLUMNS, 10)]


def test_tabs_with_a_head_row_in_any_order_and_an_unknown_column() -> None:
    text = "EUR\tNotes\tDescription\tHow  many\r\n350\tx\tExperts\t2\r\n\r\n60\t\tBus\t16"
    assert cells(text) == [
        {"cost": "350", "what": "Experts", "number": "2"},
        {"cost": "60", "what": "Bus", "number": "16"},
    ]
    assert [row.line for row in read_rows(text, COLUMNS, 10)] == [2, 4]


def test_without_a_head_row_the_order_counts() -> None:
    assert cells("Bus\t16\t60,50") == [{"what": "Bus", "number": "16", "cost": "60,50"}]


@pytest.mark.parametrize(
    "text",
    ["Bus;16;60,50", '"Bus";"16";"60,50"', 'Bus,16,"60,50"', " Bus\t16\t60,50 \t\t"],
)
def test_csv_with_semicolons_commas_and_quotes(text: str) -> None:
    assert cells(text) == [{"what": "Bus", "number": "16", "cost": "60,50"}]


def test_a_cell_with_a_line_end_keeps_the_lines_count() -> None:
    rows = read_rows('"Bus\nand train"\t16\t60\nFlight\t2\t420', COLUMNS, 10)
    assert rows == [
        Row(1, {"what": "Bus\nand train", "number": "16", "cost": "60"}),
        Row(3, {"what": "Flight", "number": "2", "cost": "420"}),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NOTHING_PASTED),
        ("\n \t \n", NOTHING_PASTED),
        ("Description\tEUR\n", ONLY_A_HEAD),
        ("EUR\tDescription\tunit cost\n1\t2\t3", COLUMN_TWICE),
        ("Bus,16,1,280.50", MORE_CELLS),
        ("x" * 140_000 + "\t1", UNREADABLE),
    ],
)
def test_what_is_asked(text: str, message: Message) -> None:
    with pytest.raises(Unclear) as unclear:
        read_rows(text, COLUMNS, 10)
    assert says(str(unclear.value), message, line=1)


def test_too_many_rows_are_counted() -> None:
    with pytest.raises(Unclear, match=r"\b11\b.*\b10\b"):
        read_rows("Bus\t1\t2\n" * 11, COLUMNS, 10)


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    try:
        rows = read_rows(text, COLUMNS, 10)
    except Unclear:
        return
    assert all(set(row.cells) <= set(COLUMNS) for row in rows)
