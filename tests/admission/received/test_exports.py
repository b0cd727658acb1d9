"""The list as CSV and as a workbook."""

import csv
import io
import zipfile
from uuid import UUID

import pytest

from facility.admission.queries import received
from facility.web import sheets
from tests.admission.received.conftest import HERE
from tests.applications.conftest import Stage
from tests.browser import Browser, Browsers


async def table(browser: Browser, path: str) -> list[dict[str, str]]:
    answer = await browser.get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_csv_says_what_the_list_says_and_runs_nothing(
    browse: Browsers, stage: Stage, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "BATCH", 2)
    sara = await browse(stage.sara)
    rows = await table(sara, f"{HERE}/list.csv?sort=reference")
    assert [(row["Application"], row["Title"], row["Requested EUR"]) for row in rows] == [
        ("TAF-2021-01/001", "Tracing firearms", "30000.00"),
        ("TAF-2021-01/002", "'=Cyber Đorđe", "20000.00"),
        ("TAF-2021-01/003", "Alone", "0.00"),
    ]
    assert [row["Partners"] for row in rows] == ["Kosovo* Police", "Supreme State Prosecutor's Office", ""]
    assert ["UNSCR 1244" in row["designation_note"] for row in rows] == [True, False, False]
    assert "example.org" not in str(rows)
    assert "Vesa" not in str(rows)
    assert len(await table(sara, f"{HERE}/list.csv?theme=OC.CYBER")) == 1


async def test_exports_say_nothing_of_what_is_sealed(
    browse: Browsers, stage: Stage, three: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    rows = await table(sara, f"{HERE}/list.csv?sort=reference")
    assert [row["Title"] for row in rows] == ["sealed until the opening"] * 2 + ["Alone"]
    filled = {name for row in rows[:2] for name, value in row.items() if value}
    assert filled == {"Application", "Call", "Track", "State", "Received", "Title"}


async def test_the_workbook_holds_text_and_amounts_and_no_formula(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    answer = await sara.get(f"{HERE}/list.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in sheet, "<t>=Cyber Đorđe</t>" in sheet, "<v>30000</v>" in sheet) == (False, True, True)
    assert "designation_note" in sheet


async def test_what_a_sheet_can_not_hold_stands_in_the_next(
    browse: Browsers, stage: Stage, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    answer = await (await browse(stage.sara)).get(f"{HERE}/list.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        parts = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
    assert [part.count("<row ") for part in parts] == [3, 2]
    assert all("designation_note" in part for part in parts)


async def test_what_is_ticked_is_exported(browse: Browsers, stage: Stage, opened: dict[str, UUID]) -> None:
    carl = await browse(stage.carl)
    form = {"query": "q=nothing", "deed": "csv", "chosen": [str(opened["cyber"]), str(opened["alone"])]}
    answer = await carl.send_form(f"{HERE}/selected", form)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["Alone", "'=Cyber Đorđe"]
