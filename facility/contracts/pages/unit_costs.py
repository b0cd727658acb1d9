"""The dated tables of unit costs: what counts from which day, and new rows, typed or pasted from a spreadsheet."""

from datetime import date

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.words import PLACES, country_name, place_choices
from facility.contracts import queries
from facility.contracts.queries import UnitCostShown
from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.contracts.service import money
from facility.contracts.words import UNIT_COSTS
from facility.folding import fold
from facility.money import CENT
from facility.refused import Reason
from facility.web import render
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.amounts import Unclear
from facility.web.fields import Fields
from facility.web.forms import Form as Typed
from facility.web.handler import Form, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, ngettext, translated
from facility.web.pasted import NOTHING_PASTED, read_rows
from facility.web.stops import Wrong

BY_READERS = {"allow": allow(*STAFF, Role.OFFICER)}
BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
MOST_ROWS = 100
COLUMNS = {
    "kind": ("category", "type"),
    "country": ("place", "land"),
    "unit": ("per",),
    "amount": ("eur", "amount eur", "rate", "amount in eur"),
    "valid_from": ("from", "valid from", "date", "day"),
    "source": ("decision", "list"),
    "reason": ("why", "reason for the correction"),
}
"""The columns of a paste, with other names that a head row may give them."""


@get("/unit-costs", opt=BY_READERS)
async def unit_costs(view: View, read: Read, kind: FromQuery[str] = "") -> Page:
    """Every row, by kind and unit, with what counts today."""
    chosen = kind if kind in set(UnitCostKind) else ""
    today = clock.now().astimezone(clock.BRUSSELS).date()
    rows = await queries.unit_costs(read, chosen)
    return view.page(
        "contracts/unit_costs.html",
        rows=[(row, state) for row, state in zip(rows, _states(rows, today), strict=True)],
        chosen=chosen,
        kinds=UNIT_COSTS,
        may_change=view.me.has(Role.SECRETARIAT),
    )


def _states(rows: list[UnitCostShown], today: date) -> list[str]:
    """What each row is today: in force, to come, replaced by a later day, or corrected. Rows come latest first."""
    states, seen = [], set()
    for row in rows:
        place = row.kind, row.country, row.unit.casefold()
        if not row.standing:
            states.append("corrected")
        elif row.valid_from > today:
            states.append("to_come")
        else:
            states.append("past" if place in seen else "in_force")
            seen.add(place)
    return states


def _form(view: render.View, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "contracts/unit_cost.html", status=status, form=fields, kinds=UNIT_COSTS, places=place_choices()
    )


def _read(fields: Fields) -> UnitCostRow:
    return UnitCostRow(
        kind=fields.one_of("kind", UnitCostKind),
        country=fields.choice("country", PLACES) if fields.given("country") else None,
        unit=fields.text("unit", missing=_("Enter the unit that is counted."), most=40),
        amount=fields.eur("amount", least=CENT),
        valid_from=fields.day("valid_from"),
        source=fields.text(
            "source", missing=_("Enter the list or decision that states this cost."), most=300
        ),
        reason=fields.text("reason", missing=None, most=1000, multiline=True),
        illustrative=fields.yes("illustrative"),
    )


@get("/unit-costs/new", opt=BY_SECRETARIAT)
async def new_unit_cost(view: View) -> Page:
    """Asks for a row."""
    return _form(view, Fields.showing())


@post("/unit-costs/new", opt=BY_SECRETARIAT)
async def enter_unit_cost(view: View, form: Form, tx: Tx) -> Page:
    """Adds it; what stands there stays."""
    fields = Fields(form)
    row = _read(fields)

    async def again(_connection: AsyncConnection, status: int) -> Page:
        return _form(view, fields, status)

    async with redrawn(tx, fields, again, place=_in_single_row):
        await money.enter_unit_costs(tx, [row])
    return view.go("/unit-costs", _("The unit cost is entered."))


def _in_single_row(reason: Reason) -> str:
    """The field of a form with a single row."""
    return (reason.field or "").removeprefix("rows-0-")


def _paste(view: render.View, fields: Fields, wrong: list[tuple[int, str, str]], status: int = 200) -> Page:
    return view.page(
        "contracts/unit_costs_paste.html",
        status=status,
        form=fields,
        wrong=wrong,
        kinds=UNIT_COSTS,
        most=MOST_ROWS,
    )


@get("/unit-costs/paste", opt=BY_SECRETARIAT)
async def paste_form(view: View) -> Page:
    """Asks for rows copied from a spreadsheet."""
    return _paste(view, Fields.showing(), [])


@post("/unit-costs/paste", opt=BY_SECRETARIAT)
async def paste(view: View, form: Form, tx: Tx) -> Page:
    """Adds all rows or none; says what is wrong, line by line, with the text kept."""
    fields = Fields(form)
    text = fields.text("rows", missing=translated(NOTHING_PASTED), most=200_000, multiline=True)
    if not fields.are_right():
        raise Wrong(_paste(view, fields, [], 422))
    try:
        lines, typed = _typed(text)
    except Unclear as unclear:
        fields.wrong("rows", str(unclear))
        raise Wrong(_paste(view, fields, [], 422)) from None
    rows = [_read(row) for row in typed.rows("rows")]

    async def again(_connection: AsyncConnection, status: int) -> Page:
        wrong = _by_line(typed, lines)
        fields.wrong("rows", _summary(wrong))
        return _paste(view, fields, wrong, status)

    async with redrawn(tx, typed, again):
        await money.enter_unit_costs(tx, rows)
    return view.go("/unit-costs", ngettext("{count} row is entered.", "{count} rows are entered.", len(rows)))


def _typed(text: str) -> tuple[list[int], Fields]:
    """The pasted rows as a form would send them, and the line of each."""
    rows = read_rows(text, COLUMNS, MOST_ROWS)
    kinds = {fold(word): kind.value for kind, word in UNIT_COSTS.items()}
    places = {fold(country_name(code)): code for code in PLACES}
    values: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        cells = dict(row.cells)
        cells["kind"] = kinds.get(fold(cells.get("kind", "")), cells.get("kind", "").casefold())
        country = cells.get("country", "")
        cells["country"] = places.get(fold(country), country.upper())
        values |= {f"rows-{number}-{name}": [value] for name, value in cells.items()}
    return [row.line for row in rows], Fields(Typed(values, {}))


def _by_line(typed: Fields, lines: list[int]) -> list[tuple[int, str, str]]:
    """Line, column and sentence of each mistake."""
    mistakes = []
    for name, sentences in typed.errors.items():
        _group, number, column = name.split("-", 2)
        mistakes += [(lines[int(number)], column, sentence) for sentence in sentences]
    return sorted(mistakes)


def _summary(wrong: list[tuple[int, str, str]]) -> str:
    return ngettext(
        "{count} cell is wrong, as listed below. Nothing was saved.",
        "{count} cells are wrong, as listed below. Nothing was saved.",
        len(wrong),
    )


HANDLERS = [unit_costs, new_unit_cost, enter_unit_cost, paste_form, paste]
