"""The lines of a budget as their form shows them: by activity, each a row to read that opens for editing."""

from collections.abc import Mapping, Sequence

import msgspec

from facility.applications.pages.budget_form import GROUP, TYPED
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.content import PartyLine
from facility.applications.rules.activities import Planned
from facility.applications.rules.budget import BudgetLine
from facility.contracts.rules import UnitCostKind
from facility.web.fields import Fields


class LineRow(msgspec.Struct, frozen=True):
    """A line as it stands in the form. number: that of its fields; place: by which people call it, which is its place among the
    stored lines; line: None where it can't be counted; category, party: None where they are not chosen."""

    number: int
    place: int
    description: str
    category: UnitCostKind | None
    party: PartyLine | None
    activity: str
    line: BudgetLine | None
    is_blank: bool
    is_removed: bool
    is_open: bool


class LineGroup(msgspec.Struct, frozen=True):
    """The lines for one activity, or for none."""

    activity: Planned | None
    rows: list[LineRow]


def line_rows(
    fields: Fields,
    numbers: Sequence[int],
    lines: Mapping[int, BudgetLine],
    application: ApplicationShown,
) -> list[LineRow]:
    """The lines with these numbers, in their order; lines: those that can be counted."""
    parties = {str(party.id): party for party in application.parts.parties}
    return [
        _line_row(fields.row(GROUP, number), number, place, lines.get(number), parties)
        for place, number in enumerate(numbers, 1)
    ]


def _line_row(
    row: Fields, number: int, place: int, line: BudgetLine | None, parties: Mapping[str, PartyLine]
) -> LineRow:
    shown = {name: _value(row, name) for name in (*TYPED, "category", "party", "activity", "remove")}
    is_wrong = any(name.startswith(row.prefix) for name in row.errors)
    return LineRow(
        number=number,
        place=place,
        description=shown["description"],
        category=next((kind for kind in UnitCostKind if kind.value == shown["category"]), None),
        party=parties.get(shown["party"]),
        activity=shown["activity"],
        line=line,
        is_blank=not any(shown[name] for name in TYPED),
        is_removed=shown["remove"] == "yes",
        is_open=line is None or line.unexplained or is_wrong,
    )


def _value(row: Fields, name: str) -> str:
    value = row.values.get(row.name(name), "")
    return (value if isinstance(value, str) else value[0]).strip()


def by_activity(rows: Sequence[LineRow], application: ApplicationShown) -> list[LineGroup]:
    """Every activity in the order of the plan with its lines; what is for none, or for one that is gone, stands last."""
    activities = {str(activity.id): activity for activity in application.plan.activities}
    groups = [
        LineGroup(activity, [row for row in rows if row.activity == key])
        for key, activity in activities.items()
    ]
    strays = [row for row in rows if row.activity not in activities]
    return [*groups, LineGroup(None, strays)] if strays or not groups else groups
