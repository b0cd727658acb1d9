"""Rows pasted from a spreadsheet into the budget."""

import re

import pytest

from facility.applications.pages.budget_form import NOT_KNOWN
from facility.db import Database
from facility.message import Message
from facility.web.pasted import MORE_CELLS, ONLY_A_HEAD
from tests.applications.budgets import ROWS, Ground
from tests.applications.pages.budget.reading import budget_version, lines, lines_open, row, save, total
from tests.browser import Browser, errors, gives_reason, says, states

PASTED = (
    "What\tCategory\tInstitution\tActivity\tHow many\tDays\tUnit\tUnit cost\r\n"
    "Fees\tExperts' fees\tAlbanian State Police\tTracing workshop\t2\t5\tdays\t350,00\r\n"
    "\r\n"
    "Bus\ttravel\tKosovo* Police\t1\t16\t1\t\t€ 60\r\n"
    "Per diem\tper_diem\tME\tStudy trip\t9\t4\tnights\t1.280,50\r\n"
)


async def test_rows_are_pasted_into_the_form_and_saved_from_there(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    page = await omar.send_form(f"{path}/paste", {"rows": PASTED})
    assert (page.status_code, errors(page)) == (200, [])
    notice = re.search(r'data-state="pasted"[^>]*>(.*?)</div>', page.text)
    assert notice is not None
    assert re.findall(r"\d+", notice[1]) == ["3"]
    assert total(page) == "54 097.06"
    assert (lines_open(page), row(page, 1)) == (
        [2],
        "Line 2 Bus Travel XK* Kosovo* Kosovo* Police 16 × 60.00 960.00",
    )
    assert await lines(db, ground.application) == []
    values = dict(re.findall(r'name="(lines-\d+-[a-z_]+)" type="text" value="([^"]*)"', page.text))
    chosen = dict(
        re.findall(r'name="(lines-\d+-[a-z_]+)"[^>]*>(?:(?!</select>).)*?value="([^"]*)" selected', page.text)
    )
    form = {
        "version": await budget_version(db, ground.application),
        "indirect_percent": "7",
        **values,
        **chosen,
    }
    assert (await omar.send_form(path, form)).status_code == 303
    assert [str(line.amount) for line in await lines(db, ground.application)] == [
        "3500.00",
        "960.00",
        "46098.00",
    ]


async def test_wrong_cells_are_marked_and_the_rows_kept(db: Database, omar: Browser, ground: Ground) -> None:
    text = (
        PASTED.replace("Kosovo* Police", "Interpol").replace("350,00", "1.350").replace("\ttravel", "\tboats")
    )
    page = await omar.send_form(f"/applications/{ground.application}/budget/paste", {"rows": text})
    assert page.status_code == 422
    assert errors(page) == ["lines-0-unit_cost", "lines-1-category", "lines-1-party"]
    assert says(page, NOT_KNOWN["party"], given="Interpol")
    assert says(page, NOT_KNOWN["category"], given="boats")
    assert 'value="1.350"' in page.text
    assert 'value="Per diem"' in page.text
    assert await lines(db, ground.application) == []


@pytest.mark.parametrize(
    ("text", "message", "figures"),
    [
        ("", None, []),
        ("Bus\tTravel\tAL\t1\t1\t1\t\t1\n" * 5000, None, ["5000", "90"]),
        ("a,b,c,d,1,2,e,1,280.50,why", MORE_CELLS, ["1"]),
        ("What\tCategory\n", ONLY_A_HEAD, []),
    ],
)
async def test_what_is_no_table_is_said_at_the_field_with_the_text_kept(
    db: Database, omar: Browser, ground: Ground, text: str, message: Message | None, figures: list[str]
) -> None:
    await save(db, omar, ground)
    page = await omar.send_form(f"/applications/{ground.application}/budget/paste", {"rows": text})
    assert page.status_code == 422
    assert errors(page) == ["rows"]
    error = re.search(r'id="f-rows-error"[^>]*>(.*?)</p>', page.text)
    assert error is not None
    assert re.findall(r"\d+", error[1]) == figures
    assert message is None or says(error[1], message)
    assert text.strip()[:20] in page.text
    assert len(await lines(db, ground.application)) == 10


async def test_more_lines_than_a_budget_takes(db: Database, omar: Browser, ground: Ground) -> None:
    path = f"/applications/{ground.application}/budget"
    seen = await budget_version(db, ground.application)
    full = await omar.send_form(path, ground.form([ROWS[3]] * 100, version=seen))
    assert full.status_code == 303
    form = {**ground.form([ROWS[3]] * 100), "add": "any"}
    for page in (await omar.get(path), await omar.send_form(path, form)):
        assert ('name="add"' in page.text, "full" in states(page)) == (
            False,
            True,
        )
    seen = await budget_version(db, ground.application)
    above = await omar.send_form(path, ground.form([ROWS[3]] * 101, version=seen))
    assert (above.status_code, gives_reason(above, "too_many_lines", most="100")) == (422, True)
    assert (await omar.send_form(path, ground.form([ROWS[3]] * 130, version=seen))).status_code == 413
