"""The lines of a budget as fields: from what is stored, from what is typed, and from rows of a spreadsheet."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.applications.pages.editing import Edited
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.budget import BudgetLineShown
from facility.applications.rules.budget import (
    MAX_DESCRIPTION,
    MAX_LINE_REASON,
    MAX_LINES,
    MAX_QUANTITY,
    MAX_UNIT,
    MAX_UNIT_COST,
    BudgetLine,
    lines_left,
)
from facility.calls.rules.forms import SectionKind
from facility.contracts.rules import Rate, UnitCostKind
from facility.contracts.words import UNIT_COSTS
from facility.db import new_id
from facility.drafting.queries import Copy
from facility.folding import fold
from facility.refused import Reason, refuse
from facility.web import fields as web_fields
from facility.web.fields import Fields, shown
from facility.web.forms import Form
from facility.web.i18n import N_, _, filled
from facility.web.pasted import Row, read_rows

GROUP = "lines"
MOST_ROWS = MAX_LINES + 6
"""A few more than a budget takes, so that the page can say that they are too many."""
TYPED = ("description", "quantity", "units", "unit", "unit_cost", "reason")
"""A row in which none of these is filled in is no line."""
FIELDS = ("id", "party", "activity", "category", "rate", "remove", *TYPED)
CENT = Decimal("0.01")
COLUMNS = {
    "description": ("what", "item", "line", "cost item"),
    "category": ("heading", "budget heading", "type", "kind"),
    "party": ("institution", "partner", "who", "beneficiary"),
    "activity": ("for activity", "for"),
    "quantity": ("number", "how many", "persons", "people", "qty"),
    "units": ("days", "nights", "times", "number of units", "units each"),
    "unit": ("per", "unit of measure"),
    "unit_cost": ("unit cost eur", "price", "unit price", "cost", "rate", "eur", "unit rate"),
    "reason": ("why", "justification", "comment", "remarks"),
}
"""The columns of a paste, with other names that a head row may give them."""
NOT_KNOWN = {
    "party": N_("“{given}” does not take part in this application. Choose an institution."),
    "activity": N_("“{given}” is not an activity of this application. Choose one, or add it first."),
    "category": N_("“{given}” is not a category. Choose one."),
}
"""What is said of a pasted name that nobody knows, by its column; untranslated."""

_NAME = re.compile(rf"indirect_percent|{GROUP}-[0-9]{{1,3}}-(?:{'|'.join(FIELDS)})")
_CHOSEN = re.compile(rf"({GROUP}-[0-9]{{1,3}}-)(?:id|party|activity|category|rate|remove)")


class EditedBudget(Edited, frozen=True, kw_only=True):
    """The budget of a draft."""

    @classmethod
    def of(cls, application: ApplicationShown) -> "EditedBudget":
        """Raises Refused (missing) where the call asks for none by lines."""
        section = application.form.of(SectionKind.BUDGET)
        if section is None:
            refuse("not_found", kind="missing", what="section")
        back = f"/applications/{application.id}"
        return cls(
            application=application,
            section=section,
            party_id=application.parts.lead.id,
            here=f"{back}/budget",
            back=back,
            stored=values_of(application),
            version=application.plan.budget_version,
            strays=("version", "do"),
        )

    def typed_in(self, form: Form) -> dict[str, list[str]]:
        """What a form says of the lines."""
        return {name: values for name, values in form.fields.items() if _NAME.fullmatch(name)}

    def unsaved(self, copy: Copy | None) -> Copy | None:
        """The working copy, if it says anything else than what is saved."""
        if copy is None:
            return None
        stored = {name: [str(value)] for name, value in self.stored.items()}
        return None if _filled_in(copy.typed) == _filled_in(stored) else copy


def _filled_in(typed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What says something: not the choices of a row in which nothing is written, since a new line has its activity chosen."""
    given = {name: values[0].strip() for name, values in typed.items() if values and values[0].strip()}
    return {
        name: value
        for name, value in given.items()
        if not (choice := _CHOSEN.fullmatch(name)) or any(choice[1] + field in given for field in TYPED)
    }


class Typed(msgspec.Struct, frozen=True):
    """Lines as they were typed; numbers: the row of the form in which each stands; wrong: rows that can't be counted."""

    lines: list[BudgetLine]
    numbers: list[int]
    wrong: list[int]
    percent: Decimal

    def field_of(self, reason: Reason) -> str | None:
        """The field of the form that the command's reason is about."""
        group, _dash, rest = (reason.field or "").partition("-")
        if group != GROUP:
            return reason.field
        place, _dash, field = rest.partition("-")
        return f"{GROUP}-{self.numbers[int(place)]}-{field}"


def values_of(application: ApplicationShown) -> dict[str, str | list[str]]:
    """The fields with what is stored."""
    percent = application.plan.indirect_percent
    values: dict[str, str | list[str]] = {
        "indirect_percent": plain(application.indirect_most if percent is None else percent)
    }
    for number, line in enumerate(application.plan.lines):
        values |= {f"{GROUP}-{number}-{name}": value for name, value in _shown(line).items()}
    return values


def _shown(line: BudgetLineShown) -> dict[str, str]:
    return {
        "id": str(line.id),
        "party": str(line.party),
        "activity": shown(line.activity),
        "category": line.category.value,
        "description": line.description,
        "quantity": plain(line.quantity),
        "units": plain(line.units),
        "unit": line.unit,
        "unit_cost": shown(line.unit_cost),
        "rate": shown(line.rate),
        "reason": line.reason,
    }


def plain(number: Decimal) -> str:
    """A number without trailing zeros: "5", "0.5"."""
    return f"{number.normalize():f}"


def row_numbers(fields: Fields) -> list[int]:
    """Numbers of the rows that hold a line."""
    held = (name for name, value in fields.values.items() if value and name.rpartition("-")[2] in TYPED)
    return web_fields.row_numbers(held, GROUP)


def add_row(fields: Fields, numbers: Sequence[int], application: ApplicationShown, activity: str) -> int:
    """A new row after these, for this activity or else for the first; its number."""
    number = max(numbers, default=-1) + 1
    planned = [str(planned.id) for planned in application.plan.activities]
    fields.values[f"{GROUP}-{number}-activity"] = activity if activity in planned else "".join(planned[:1])
    return number


def sent_rows(fields: Fields) -> list[int]:
    """Numbers of all rows that the page has, filled in or not."""
    return web_fields.row_numbers(
        (name for name in fields.form.fields if name.endswith("-description")), GROUP
    )


def read(fields: Fields, application: ApplicationShown, rates: Mapping[UUID, Rate]) -> Typed:
    """What was typed; every wrong field is noted."""
    percent = fields.decimal("indirect_percent", Decimal(0), application.indirect_most)
    known = {line.id for line in application.plan.lines}
    typed = Typed([], [], [], percent)
    for row in fields.rows(GROUP, most=MOST_ROWS):
        row.ignore(*FIELDS)
        if row.yes("remove") or not any(row.given(name) for name in TYPED):
            continue
        number = int(row.prefix.split("-")[-2])
        before = len(fields.errors)
        line = _line(row, known, rates)
        if len(fields.errors) > before:
            typed.wrong.append(number)
        else:
            typed.lines.append(line)
            typed.numbers.append(number)
            known.discard(line.id)
    return typed


def _line(row: Fields, known: set[UUID], rates: Mapping[UUID, Rate]) -> BudgetLine:
    rate = row.key("rate") if row.given("rate") else None
    own = rate not in rates or row.given("unit_cost")
    given = row.form.get(row.name("id"))
    return BudgetLine(
        # A line that is not of this application, or stands in two rows, is a new one.
        id=next((line_id for line_id in known if str(line_id) == given), None) or new_id(),
        description=row.text("description", missing=_("Enter what the line is for."), most=MAX_DESCRIPTION),
        category=row.one_of("category", UnitCostKind),
        party=row.key("party"),
        activity=row.key("activity") if row.given("activity") else None,
        quantity=row.decimal("quantity", CENT, MAX_QUANTITY),
        units=row.decimal("units", CENT, MAX_QUANTITY) if row.given("units") else Decimal(1),
        unit=row.text("unit", missing=None, most=MAX_UNIT),
        unit_cost=row.eur("unit_cost", most=MAX_UNIT_COST) if own or rate is None else rates[rate].amount,
        rate=rate,
        reason=row.text("reason", missing=None, most=MAX_LINE_REASON),
    )


def pasted(text: str, application: ApplicationShown) -> tuple[Fields, dict[str, str]]:
    """The stored lines with the pasted rows after them, as fields; and what is wrong with names that nobody knows.

    Raises Unclear where it is no table or where there are too many rows.
    """
    values = {name: [str(value)] for name, value in values_of(application).items()}
    first = len(application.plan.lines)
    unknown: dict[str, str] = {}
    for number, row in enumerate(read_rows(text, COLUMNS, lines_left(first)), first):
        for name, value in _cells(row, application).items():
            at = f"{GROUP}-{number}-{name}"
            if value is None:
                unknown[at] = _not_known(name, row.cells[name])
            values[at] = [value or ""]
    return Fields(Form(values, {})), unknown


def _cells(row: Row, application: ApplicationShown) -> dict[str, str | None]:
    """The cells as fields; None for a name that nobody knows."""
    cells: dict[str, str | None] = {**row.cells, "category": row.cells.get("category", "")}
    for name, names in (
        ("party", _parties(application)),
        ("activity", _activities(application)),
        ("category", {fold(word): kind.value for kind, word in UNIT_COSTS.items()}),
    ):
        if given := row.cells.get(name, ""):
            cells[name] = names.get(fold(given)) or names.get(fold(given.replace("_", " ")))
    return cells


def _parties(application: ApplicationShown) -> dict[str, str]:
    """Names by which a row may mean an institution: its own, and its beneficiary's where that is unmistakable."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for party in application.parts.on_board:
        for name in (party.beneficiary, party.designation):
            if fold(name) in names:
                twice.add(fold(name))
            names[fold(name)] = str(party.id)
    names = {name: party for name, party in names.items() if name not in twice}
    names |= {fold(party.institution): str(party.id) for party in application.parts.on_board}
    return names | {"lead": str(application.parts.lead.id)}


def _activities(application: ApplicationShown) -> dict[str, str]:
    """Activities by their numbers on the page and by their titles."""
    names = {str(number): str(activity.id) for number, activity in enumerate(application.plan.activities, 1)}
    return names | {fold(activity.title): str(activity.id) for activity in application.plan.activities}


def _not_known(name: str, given: str) -> str:
    return filled(NOT_KNOWN[name], given=given[:60])
