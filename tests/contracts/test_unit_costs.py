"""Dated unit costs: which rate counts on which day, that nothing is overwritten, and how lists are pasted."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from facility.contracts.models import UnitCost
from facility.contracts.queries import rates_on, unit_costs
from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.contracts.service.money import enter_unit_costs, seed
from facility.db import Database
from facility.events.log import history
from facility.message import Message
from facility.refused import Refused
from facility.web.pasted import MORE_CELLS, NOTHING_PASTED, ONLY_A_HEAD
from tests.browser import NOW, Browsers, errors, gives_reason, says
from tests.cast import Cast
from tests.statements import count_statements

K = UnitCostKind


def row(
    amount: str, day: str, *, country: str | None = None, unit: str = "night", reason: str = ""
) -> UnitCostRow:
    return UnitCostRow(
        kind=K.PER_DIEM,
        country=country,
        unit=unit,
        amount=Decimal(amount),
        valid_from=date.fromisoformat(day),
        source=f"The list of {day}",
        reason=reason,
    )


async def enter(db: Database, *rows: UnitCostRow, at: int = 0, actor: UUID | None = None) -> list[UnitCost]:
    async with db.transaction(now=NOW.replace(microsecond=at), actor=actor) as tx:
        return await enter_unit_costs(tx, rows)


async def per_diem(db: Database, day: str) -> list[tuple[str | None, str]]:
    async with db.reader() as connection:
        rates = await rates_on(connection, date.fromisoformat(day))
    return [(rate.country, str(rate.amount)) for rate in rates if rate.kind is K.PER_DIEM]


async def test_the_latest_day_that_has_come_counts(db: Database) -> None:
    await enter(db, row("150.00", "2017-03-17"), row("160.00", "2022-07-25"), row("171.00", "2024-11-08"))
    await enter(db, row("230.00", "2022-07-25", country="IT"), at=1)
    days = ["2017-03-16", "2017-03-17", "2022-07-24", "2022-07-25", "2024-11-07", "2024-11-08"]
    assert [await per_diem(db, day) for day in days] == [
        [],
        [(None, "150.00")],
        [(None, "150.00")],
        [(None, "160.00"), ("IT", "230.00")],
        [(None, "160.00"), ("IT", "230.00")],
        [(None, "171.00"), ("IT", "230.00")],
    ]


async def test_a_row_of_the_same_day_needs_a_reason_and_replaces_without_erasing(
    db: Database, cast: Cast
) -> None:
    await enter(db, row("150.00", "2022-07-25"))
    with pytest.raises(Refused) as refused:
        await enter(db, row("155.00", "2022-07-25", unit="NIGHT"), at=1)
    assert [(r.code, r.field) for r in refused.value.reasons] == [
        ("unit_cost_reason_missing", "rows-0-reason")
    ]
    (made,) = await enter(
        db, row("155.00", "2022-07-25", unit="Night", reason="A slip"), at=2, actor=cast.ada
    )
    async with db.reader() as connection:
        shown = await unit_costs(connection)
        events = await history(connection, made.id)
    assert [(str(row.amount), row.standing, row.reason) for row in shown] == [
        ("155.00", True, "A slip"),
        ("150.00", False, ""),
    ]
    assert await per_diem(db, "2022-07-25") == [(None, "155.00")]
    assert [(type(recorded.event).__name__, recorded.actor_id) for recorded in events] == [
        ("UnitCostEntered", cast.ada)
    ]


async def test_all_rows_or_none(db: Database) -> None:
    with pytest.raises(Refused) as refused:
        await enter(db, row("150.00", "2022-07-25"), row("1.00", "2023-01-01"), row("2.00", "2022-07-25"))
    assert [(r.code, r.field) for r in refused.value.reasons] == [
        ("unit_cost_twice", "rows-0-valid_from"),
        ("unit_cost_twice", "rows-2-valid_from"),
    ]
    async with db.reader() as connection:
        assert await unit_costs(connection) == []


async def test_what_is_known_at_the_start_and_once_only(db: Database) -> None:
    for _again in range(2):
        async with db.transaction(now=NOW) as tx:
            await seed(tx)
    async with db.reader() as connection:
        rates = await rates_on(connection, date(2021, 6, 1))
    assert [(r.kind, r.country, r.unit, str(r.amount), r.illustrative) for r in rates] == [
        (K.FEE, None, "day", "350.00", False),
        (K.FEE, None, "half day", "175.00", False),
        (K.HOST_FEE, None, "day", "350.00", False),
        (K.PER_DIEM, None, "night", "160.00", True),
        (K.PER_DIEM, "IT", "night", "230.00", True),
    ]


@pytest.mark.parametrize("amount", ["0", "-1", "'NaN'"])
async def test_the_database_holds_amounts_only(db: Database, amount: str) -> None:
    await enter(db, row("150.00", "2022-07-25"))
    with pytest.raises(DBAPIError):
        async with db.transaction(now=NOW) as tx:
            await tx.session.execute(text(f"UPDATE unit_cost SET amount = {amount}"))


FORM = {
    "kind": "per_diem",
    "country": "IT",
    "unit": "night",
    "amount": "230,00 €",
    "valid_from": "2024-11-08",
    "source": "C(2024) 5405",
    "reason": "",
}


async def test_the_secretariat_enters_a_row(db: Database, cast: Cast, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    made = await ada.send_form("/unit-costs/new", FORM)
    twice = await ada.send_form("/unit-costs/new", FORM)
    again = await ada.send_form("/unit-costs/new", {**FORM, "amount": "231"})
    page = await ada.get("/unit-costs?kind=per_diem")
    assert (made.status_code, made.headers["location"]) == (303, "/unit-costs")
    assert twice.status_code == 303  # it stands there, and is entered once
    assert (again.status_code, gives_reason(again, "unit_cost_reason_missing")) == (422, True)
    assert '<a href="#f-reason">' in again.text
    assert "Italy" in page.text
    assert "230.00" in page.text
    assert page.text.count("In force") == 1


async def test_every_wrong_field_at_once(cast: Cast, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    wrong = {**FORM, "kind": "x", "country": "ZZ", "unit": "", "amount": "0", "valid_from": "8.11.2024"}
    page = await ada.send_form("/unit-costs/new", wrong)
    assert page.status_code == 422
    for field in ("kind", "country", "unit", "amount", "valid_from"):
        assert f'<a href="#f-{field}">' in page.text
    assert 'value="8.11.2024"' in page.text


PASTED = (
    "Kind\tCountry\tUnit\tAmount\tValid from\tSource\r\n"
    "Per diem\tAlbania\tnight\t1.280,50\t2024-11-08\tC(2024) 5405\r\n"
    "\r\n"
    "per_diem\tKosovo\tnight\t163\t2024-11-08\tC(2024) 5405\r\n"
    "Experts' fees\t\tday\t€ 350\t2024-11-08\tDecision 7\r\n"
)


async def test_a_list_is_pasted(db: Database, cast: Cast, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    made = await ada.send_form("/unit-costs/paste", {"rows": PASTED})
    assert made.status_code == 303
    async with db.reader() as connection:
        rows = (await connection.execute(select(UnitCost.kind, UnitCost.country, UnitCost.amount))).all()
    assert sorted(map(str, rows)) == sorted(
        map(
            str,
            [
                ("per_diem", "AL", Decimal("1280.50")),
                ("per_diem", "XK", Decimal("163.00")),
                ("fee", None, Decimal("350.00")),
            ],
        )
    )


async def test_wrong_cells_are_named_by_line_and_nothing_is_saved(
    db: Database, cast: Cast, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    text = PASTED.replace("1.280,50", "1.280").replace("Kosovo", "Atlantis")
    page = await ada.send_form("/unit-costs/paste", {"rows": text})
    assert page.status_code == 422
    assert '<th scope="row" class="num">2</th><td data-label="Column">Amount</td>' in page.text
    assert '<th scope="row" class="num">4</th><td data-label="Column">Place</td>' in page.text
    assert page.text.count('<td data-label="What is wrong">') == 2
    assert re.search(r'<a href="#f-rows">[^<]*\b2\b', page.text)
    assert "Atlantis" in page.text
    async with db.reader() as connection:
        assert await unit_costs(connection) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \t\n;", NOTHING_PASTED),
        ("Kind;Unit;Amount", ONLY_A_HEAD),
        ("fee,,day,1,280.00,2024-11-08,x,y", MORE_CELLS),
    ],
)
async def test_what_is_no_list(cast: Cast, browse: Browsers, text: str, message: Message) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/unit-costs/paste", {"rows": text})
    assert (page.status_code, errors(page)) == (422, ["rows"])
    assert says(page, message, line=1)


@pytest.mark.parametrize(("rows", "figures"), [(0, ""), (5000, r"\b5000\b[^<]*\b100\b")])
async def test_no_row_and_too_many(cast: Cast, browse: Browsers, rows: int, figures: str) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/unit-costs/paste", {"rows": "fee\t\tday\t1\t2024-11-08\tx\n" * rows})
    assert (page.status_code, errors(page)) == (422, ["rows"])
    assert re.search(rf'<a href="#f-rows">[^<]*{figures}', page.text)


async def test_who_reads_and_who_enters(cast: Cast, browse: Browsers) -> None:
    seen = []
    for name in ("ada", "paul", "carl", "greta", "omar", "elena", "root"):
        browser = await browse(getattr(cast, name))
        for path in ("/unit-costs", "/unit-costs/new", "/unit-costs/paste"):
            if (await browser.get(path)).status_code == 200:
                seen.append((name, path))
    assert seen == [
        ("ada", "/unit-costs"),
        ("ada", "/unit-costs/new"),
        ("ada", "/unit-costs/paste"),
        *((name, "/unit-costs") for name in ("paul", "carl", "greta", "omar")),
    ]


async def test_the_list_costs_the_same_for_one_and_many(db: Database, cast: Cast, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    await enter(db, row("1.00", "2020-01-01"))
    with count_statements(db) as for_one:
        await ada.get("/unit-costs")
    await enter(db, *(row("1.00", f"20{year}-01-01") for year in range(21, 31)), at=1)
    with count_statements(db) as for_many:
        page = await ada.get("/unit-costs")
    assert (len(for_one), len(for_many)) == (2, 2)
    assert page.text.count("To come") == 4
