"""The form of the budget by lines: typed, added up while one types, understood, kept, and wrong fields named."""

import re
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select

from facility import clock
from facility.contracts.models import UnitCost
from facility.db import Database
from facility.web.amounts import LETTER_AMONG_DIGITS, TWO_READINGS
from tests.applications.budgets import ROWS, TRIP, WORKSHOP, Ground
from tests.applications.conftest import Stage
from tests.applications.pages.budget.reading import (
    amounts,
    budget_version,
    lines,
    lines_open,
    lines_shown,
    reconciled,
    row,
    save,
    total,
    version,
)
from tests.browser import Browser, errors, gives_reason, says, states
from tests.statements import count_statements


async def test_the_worked_budget_is_typed_in_and_comes_to_35_427_70(
    db: Database, omar: Browser, ground: Ground
) -> None:
    saved = await save(db, omar, ground)
    assert (saved.status_code, saved.headers.get("location")) == (
        303,
        f"/applications/{ground.application}/documents",
    )
    page = await omar.get(f"/applications/{ground.application}/budget")
    assert total(page) == "35 427.70"
    assert "33\u00a0110.00 direct + 2\u00a0317.70 indirect" in page.text
    assert await amounts(db, ground.application) == {
        "AL": "12540.40",
        "XK": "9244.80",
        "ME": "13642.50",
        "all": "35427.70",
    }
    for subtotal in ("12\u00a0540.40", "21\u00a0785.20", "13\u00a0642.50", "18\u00a0446.80"):
        assert subtotal in page.text  # of the lead, of the workshop, of the trip, of per diems
    assert await reconciled(db) == []


async def test_a_budget_without_indirect_costs_is_shown(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}"
    saved = await omar.send_form(
        f"{here}/budget",
        ground.form(version=await budget_version(db, ground.application), indirect_percent="0"),
    )
    assert saved.status_code == 303
    page = await omar.get(f"{here}/check")
    assert page.status_code == 200
    assert "33\u00a0110.00" in page.text


async def test_sums_while_one_types_are_worked_out_and_not_saved(
    db: Database, omar: Browser, ground: Ground
) -> None:
    form = ground.form() | {
        "lines-10-description": "Half a line",
        "lines-10-quantity": "2",
        "lines-0-unit_cost": "351",
    }
    part = await omar.send_form(
        f"/applications/{ground.application}/budget/preview", form, headers={"hx-request": "true"}
    )
    assert part.status_code == 200
    assert "<html" not in part.text
    assert total(part) == "35 438.40"
    assert 'id="sum-bar" role="status" hx-swap-oob="true"' in part.text
    assert "2 × 5 days × 351.00 above 350.00 a unit: say why 3 510.00" in row(part, 0)
    assert row(part, 10) == "Line 11 Half a line not finished –"
    assert "unfinished" in states(part)
    assert "Error" not in part.text
    workshop, trip = ground.activities.values()
    assert re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="true"', part.text) == [
        "sum-bar",
        "sums",
        *(f"row-{number}" for number in range(11)),
        f"sum-of-{workshop}",
        f"sum-of-{trip}",
    ]
    assert "20\u00a0370.00</span>" in part.text  # of the workshop, without indirect costs
    assert await lines(db, ground.application) == []


async def test_without_javascript_it_is_worked_out_and_gets_new_lines(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    worked_out = await omar.send_form(path, ground.form(do="work_out"))
    trip = str(ground.activities[TRIP])
    more = await omar.send_form(path, {**ground.form(), "lines-3-quantity": "many", "add": trip})
    assert (worked_out.status_code, total(worked_out)) == (200, "35 427.70")
    assert (more.status_code, total(more), errors(more)) == (200, "34 400.50", [])
    assert (lines_shown(worked_out), lines_open(worked_out)) == ([*range(10)], [])
    assert (lines_shown(more), lines_open(more)) == ([*range(11)], [3, 10])
    assert re.findall(r'name="(lines-\d+-\w+)"[^>]* autofocus', more.text) == ["lines-10-description"]
    assert more.text.count(f'<option value="{trip}" selected>') == 4
    assert 'value="many"' in more.text
    assert await lines(db, ground.application) == []


async def test_a_form_of_the_release_before_asks_for_lines_in_its_way(omar: Browser, ground: Ground) -> None:
    more = await omar.send_form(f"/applications/{ground.application}/budget", ground.form(do="more"))
    assert (more.status_code, len(lines_shown(more)), lines_open(more)) == (200, 11, [10])


async def test_an_empty_budget_opens_with_one_line_for_the_first_activity(
    omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    page = await omar.get(path)
    assert (lines_shown(page), lines_open(page)) == ([0], [0])
    assert page.text.count(f'<option value="{ground.activities[WORKSHOP]}" selected>') == 1
    typed = ground.form([("", "", "", WORKSHOP, "", "", "", "")], version="0")
    await omar.send_form(f"{path}/copy", typed)
    assert "unsaved" not in states(await omar.get(path))  # an activity alone says nothing


async def test_lines_stand_by_activity_and_are_stored_as_they_were_typed(
    db: Database, omar: Browser, ground: Ground
) -> None:
    nowhere = ("Printing", "other", "XK", "", "1", "", "", "30")
    rows = [ROWS[7], ROWS[0], nowhere, ROWS[8], ROWS[1]]
    path = f"/applications/{ground.application}/budget"
    await omar.send_form(path, ground.form(rows, version="0"))
    page = await omar.get(path)
    assert (lines_shown(page), lines_open(page)) == ([1, 4, 0, 3, 2], [])
    assert [line.description for line in await lines(db, ground.application)] == [row[0] for row in rows]
    assert row(page, 3) == (
        "Line 4 Per diem in Rome Per diem ME Montenegro Supreme State Prosecutor&#39;s Office"
        " 9 × 4 nights × 230.00 8 280.00"
    )
    assert "without-activity" in states(page)
    subtotals = re.findall(r'id="sum-of-[^>]*>.*?</span> ?([\d\u00a0.]+)</span>', page.text)
    assert subtotals == ["4\u00a0780.00", "11\u00a0700.00"]
    assert states(page) == ["without-activity", "within-limits"]
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    before = await version(db, ground.application)
    same = await omar.send_form(path, ground.form(rows, version="1", **ids))
    assert (same.status_code, await version(db, ground.application)) == (303, before)


async def test_a_line_that_needs_something_is_open(db: Database, omar: Browser, ground: Ground) -> None:
    path = f"/applications/{ground.application}/budget"
    await save(db, omar, ground, **{"lines-4-unit_cost": "170"})
    page = await omar.get(path)
    assert lines_open(page) == [4]
    assert row(page, 4).endswith("16 × 3 nights × 170.00 above 160.00 a unit: say why 8 160.00")
    changes = {
        "lines-4-reason": "The only hotel",
        "lines-2-remove": "yes",
        "lines-8-units": "x",
        "version": "1",
    }
    refused = await omar.send_form(path, ground.form(**changes))
    assert (refused.status_code, errors(refused), lines_open(refused)) == (422, ["lines-8-units"], [2, 8])
    assert "The only hotel" in row(refused, 4)
    assert "removed when you save" in row(refused, 2)


async def test_every_wrong_field_at_once_and_what_was_typed_is_kept(
    db: Database, omar: Browser, ground: Ground
) -> None:
    rows = [
        ("Fees", "fee", "AL", WORKSHOP, "two", "5", "days", "1.234"),
        ("", "x", "", "nowhere", "0", "-1", "", "1ООО"),
        ("Good", "fee", "AL", "", "1", "", "", "1"),
    ]
    path = f"/applications/{ground.application}/budget"
    page = await omar.send_form(path, ground.form(rows, indirect_percent="7,01"))
    assert page.status_code == 422
    assert errors(page) == [
        "indirect_percent",
        "lines-0-quantity",
        "lines-0-unit_cost",
        "lines-1-description",
        "lines-1-category",
        "lines-1-party",
        "lines-1-activity",
        "lines-1-quantity",
        "lines-1-units",
        "lines-1-unit_cost",
    ]
    assert says(page, TWO_READINGS, thousands="1\u00a0234")
    assert says(page, LETTER_AMONG_DIGITS, meant="1000")
    for typed in ("two", "1.234", "1ООО", "7,01", "Good"):
        assert f'value="{typed}"' in page.text
    assert await lines(db, ground.application) == []


async def test_digits_of_other_scripts_are_understood(db: Database, omar: Browser, ground: Ground) -> None:
    rows = [
        ("Летови", "travel", "ME", TRIP, "٩", "", "", "٣٨٠٫٥٠"),
        ("Autobus", "travel", "ME", TRIP, "１６", "0,5", "дан", "1'060,00"),
    ]
    path = f"/applications/{ground.application}/budget"
    saved = await omar.send_form(
        path, ground.form(rows, version=await budget_version(db, ground.application))
    )
    assert saved.status_code == 303
    assert [str(line.amount) for line in await lines(db, ground.application)] == ["3424.50", "8480.00"]


async def test_a_line_keeps_its_identity_and_can_be_removed(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    before = await lines(db, ground.application)
    page = await omar.get(f"/applications/{ground.application}/budget")
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    saved = await save(db, omar, ground, **ids, **{"lines-3-remove": "yes", "lines-0-quantity": "3"})
    after = await lines(db, ground.application)
    assert saved.status_code == 303
    assert [line.id for line in after] == [line.id for line in before if line.description != "Bus"]
    assert str(after[0].amount) == "5250.00"


async def test_ids_of_other_lines_make_new_ones(db: Database, omar: Browser, ground: Ground) -> None:
    foreign = str(uuid4())
    await save(db, omar, ground, **{"lines-0-id": foreign, "lines-1-id": "x"})
    made = await lines(db, ground.application)
    again = {f"lines-{number}-id": str(made[0].id) for number in range(3)}
    await save(db, omar, ground, **again)
    assert len(made) == 10
    assert foreign not in {str(line.id) for line in made}
    assert len({line.id for line in await lines(db, ground.application)}) == 10


async def test_saving_what_stands_there_already_changes_nothing(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    page = await omar.get(f"/applications/{ground.application}/budget")
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    before = await version(db, ground.application)
    assert (await save(db, omar, ground, **ids)).status_code == 303
    assert await version(db, ground.application) == before


async def test_a_rate_gives_the_cost_and_stays_what_it_was(
    db: Database, omar: Browser, stage: Stage, ground: Ground
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        half_day = (
            await tx.session.execute(select(UnitCost).where(UnitCost.unit == "half day"))
        ).scalar_one()
    rows = [("Fee", "fee", "AL", WORKSHOP, "2", "1", "half day", "")]
    path = f"/applications/{ground.application}/budget"
    taken = {"lines-0-rate": str(half_day.id), "version": await budget_version(db, ground.application)}
    saved = await omar.send_form(path, ground.form(rows, **taken))
    (line,) = await lines(db, ground.application)
    assert saved.status_code == 303
    assert (str(line.unit_cost), str(line.ceiling), line.unit_cost_id) == ("175.00", "175.00", half_day.id)
    source = "TAIEX, travel days with a flight after 14:00 or back before 12:00"
    assert source in (await omar.get(path)).text


async def test_rates_that_do_not_fit(db: Database, omar: Browser, ground: Ground) -> None:
    async with db.transaction(now=clock.now()) as tx:
        rates = {(row.kind, row.country): str(row.id) for row in await tx.session.scalars(select(UnitCost))}
    rows = [
        ("A", "travel", "AL", WORKSHOP, "1", "", "", "1"),
        ("B", "per_diem", "AL", WORKSHOP, "1", "", "", "1"),
        ("", "", "", "", "", "", "", ""),
        ("C", "per_diem", "AL", WORKSHOP, "1", "", "", "1"),
    ]
    form = ground.form(rows, version=await budget_version(db, ground.application)) | {
        "lines-0-rate": rates["host_fee", None],
        "lines-1-rate": rates["per_diem", "IT"],
        "lines-3-rate": str(uuid4()),
    }
    page = await omar.send_form(f"/applications/{ground.application}/budget", form)
    assert page.status_code == 422
    assert errors(page) == ["lines-0-rate", "lines-1-rate", "lines-3-rate"]
    assert gives_reason(page, "rate_of_another_country")


async def test_what_is_typed_is_kept_for_this_person_until_it_is_saved_or_discarded(
    db: Database, omar: Browser, stage: Stage, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    seen, before = await budget_version(db, ground.application), await version(db, ground.application)
    rows = [*ROWS[:2], ("Half", "", "", "", "two", "", "", "1.234")]
    typed = ground.form(rows, version=seen, by=str(stage.omar))
    kept = await omar.send_form(f"{path}/copy", typed, headers={"x-autosave": "1"})
    assert (kept.status_code, await lines(db, ground.application)) == (204, [])
    assert await version(db, ground.application) == before
    tasks = await omar.get(f"/applications/{ground.application}")
    assert "unsaved-there" in states(tasks)
    page = await omar.get(path)
    assert "unsaved" in states(page)
    for value in ("Fees of two experts", "two", "1.234"):
        assert f'value="{value}"' in page.text
    assert (total(page), errors(page)) == ("5 114.60", [])
    assert (await omar.send_form(path, ground.form(rows[:2], version=seen))).status_code == 303
    assert "unsaved" not in states(await omar.get(path))
    late = await omar.send_form(f"{path}/copy", typed)
    assert (late.status_code, late.headers["location"]) == (303, f"/applications/{ground.application}")
    page = await omar.get(path)
    assert "saved-meanwhile" in states(page)
    assert f'name="version" value="{seen}"' in page.text
    assert (await omar.send_form(path, ground.form(rows[:1], version=seen))).status_code == 409
    assert (await omar.send_form(f"{path}/discard")).status_code == 303
    assert "unsaved" not in states(await omar.get(path))


async def test_what_is_typed_is_not_kept_in_the_name_of_another(
    omar: Browser, stage: Stage, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    for where in ("budget", "budget/copy"):
        typed = ground.form(by=str(stage.vesa))
        answer = await omar.send_form(
            f"/applications/{ground.application}/{where}", typed, headers={"x-autosave": "1"}
        )
        assert answer.status_code == 409
    evil = await omar.send_form(f"{path}/copy", ground.form(evil="1"), headers={"x-autosave": "1"})
    assert evil.status_code == 400


async def test_the_page_costs_the_same_for_one_line_and_ten(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    await omar.send_form(path, ground.form(ROWS[:1], version=await budget_version(db, ground.application)))
    with count_statements(db) as for_one:
        await omar.get(path)
    await save(db, omar, ground)
    with count_statements(db) as for_ten:
        page = await omar.get(path)
    assert (len(for_one), len(for_ten)) == (5, 5)
    assert lines_shown(page) == [*range(10)]


def test_the_worked_rows_come_to_the_worked_total() -> None:
    direct = Decimal(0)
    for *_names, quantity, units, _unit, cost in ROWS:
        plain = cost.replace(" €", "").replace(" ", "").replace(",", ".")
        direct += Decimal(quantity) * Decimal(units or 1) * Decimal(plain)
    assert (str(direct.quantize(Decimal("0.01"))), str(direct * Decimal("1.07"))) == (
        "33110.00",
        "35427.7000",
    )
