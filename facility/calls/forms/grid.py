"""The evaluation grid in the form of a call: rows of sections, thresholds, ties, and presets to start from."""

import json
import re
from decimal import Decimal
from functools import cache
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from facility.calls.forms.scoring import ScoringForm, shown_scoring
from facility.calls.rules.call import BENEFICIARIES, LOT, RECEIVED_AT, TOTAL, USUAL_TOTAL, Grid
from facility.calls.rules.edits import key_of, slug
from facility.calls.rules.scoring import Criterion, Section
from facility.calls.words.calls import SECTION_TITLE_MISSING
from facility.contracts.service.reference import REFERENCE
from facility.refused import Reason
from facility.web.fields import Fields, rows_to_show
from facility.web.i18n import N_, _, translated

SPARE_ROWS = 3
MOST_POINTS = 1000
MOST_THRESHOLD = Decimal(100_000)
_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
PRESETS = {
    "prag_2018": N_("Standard grid since 2018 (20, 20, 15, 15, 15, 15 points)"),
    "prag_2018_criteria": N_("The same with sub-criteria, each scored from 1 to 5"),
    "prag_2012": N_("Standard grid of 2012 (20, 30, 20, 15, 15 points)"),
}
"""Grids of the reference data that a draft can start from (dossier 2c)."""
_BY_CRITERIA = "_criteria"
CRITERIA: dict[str, tuple[str | tuple[str, int], ...]] = {
    "financial": (
        "Experience of project management",
        "Technical expertise",
        "Management capacity",
        "Stable sources of finance",
    ),
    "relevance": (
        "Fit with the objectives of the call",
        "Needs of the beneficiaries",
        "Target groups, clearly defined",
        "Added value",
    ),
    "design": ("Coherence", "Analysis of problems and stakeholders", "Risks"),
    "implementation": ("Action plan", "Monitoring", "Involvement of the partners"),
    "sustainability": ("Impact", "Multiplier effects", "Lasting results"),
    "budget": ("Activities reflected in the budget", ("Ratio of costs to results", 2)),
}
"""Sub-criteria of the grid since 2018 by the keys of its sections, where it counts twice with its weight (dossier 2c)."""

REFERENCE_NUMBER = "reference"
LAST_TIES = {
    REFERENCE_NUMBER: (N_("The lower reference number"), N_("No draw is needed.")),
    LOT: (
        N_("A draw by lot"),
        N_(
            "A secret number is drawn when the call is published, and its fingerprint is published with the call. The number is"
            " published with the proposed ranking, so everybody can check the draw."
        ),
    ),
}
"""What breaks ties where nothing else does, and what that means, untranslated."""

type Values = dict[str, str | list[str]]


def shown_grid(grid: Grid) -> Values:
    """The fields of a grid, one row for each section."""
    place = {key: str(number) for number, key in enumerate(grid.tie_break, 1)}
    values: Values = {
        "min_assessments": str(grid.min_assessments),
        "total": str(grid.points if grid.total is None else grid.total),
        "total_threshold": _points(grid.thresholds.get(TOTAL)),
        "tie_beneficiaries": place.get(BENEFICIARIES, ""),
        "tie_received_at": place.get(RECEIVED_AT, ""),
        "last_tie": LOT if LOT in place else REFERENCE_NUMBER,
        **shown_scoring(grid),
    }
    for number, section in enumerate(grid.sections):
        values |= {
            f"sections-{number}-key": section.key,
            f"sections-{number}-title": section.title,
            f"sections-{number}-max": str(section.max),
            f"sections-{number}-threshold": _points(grid.thresholds.get(section.key)),
            f"sections-{number}-tie": place.get(section.key, ""),
        }
    return values


def _points(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _criteria(*titles: str | tuple[str, int]) -> tuple[Criterion, ...]:
    made: list[Criterion] = []
    for entry in titles:
        title, weight = (entry, 1) if isinstance(entry, str) else entry
        made.append(Criterion(key_of(title, tuple(known.key for known in made)), title, weight))
    return tuple(made)


@cache
def preset(name: str) -> Grid:
    """A grid of the reference data, with the thresholds and ties that this facility starts from (dossier 2c)."""
    grids = json.loads(REFERENCE.read_text("utf-8"))["grids"]
    limits = grids["thresholds"]
    if by_criteria := name.endswith(_BY_CRITERIA):
        name = name.removesuffix(_BY_CRITERIA)
    sections = tuple(
        Section(slug(title, 40).partition("_")[0], title, points)
        for _number, title, points in grids[name]["sections"]
    )
    if by_criteria:
        capacity, *others = (
            replace(section, criteria=_criteria(*CRITERIA[section.key])) for section in sections
        )
        sections = (replace(capacity, reject_at=Decimal(limits["section1_subscore_reject"])), *others)
    return Grid(
        sections=sections,
        thresholds={
            sections[0].key: Decimal(limits["section1_min"]),
            TOTAL: Decimal(limits["total_min_optional"]),
        },
        min_assessments=3,
        tie_break=(sections[1].key, sections[2].key, BENEFICIARIES, RECEIVED_AT),
        total=USUAL_TOTAL,
    )


def with_grid(values: Values, preset_name: str) -> Values:
    """The same fields, with the grid of a preset in place of what was there."""
    kept = {name: value for name, value in values.items() if not name.startswith(("sections-", "criteria-"))}
    return {**kept, **shown_grid(preset(preset_name))}


def rows(values: Values, *, spare: int = SPARE_ROWS) -> list[int]:
    """Numbers of the grid's rows to show: those that hold something, and some empty ones after them."""
    return rows_to_show(values, "sections", spare=spare)


class _Row:
    """A section as it was typed, and where it stands in the form."""

    def __init__(self, fields: Fields) -> None:
        self.prefix = fields.prefix
        self.number = fields.prefix.split("-")[1]
        title = fields.text("title", missing=translated(SECTION_TITLE_MISSING), most=120)
        key = fields.text("key", missing=None, most=40) or slug(title, 40)
        if key and not _KEY.fullmatch(key):
            fields.wrong("key", _("Use small letters, digits and underscores, such as “relevance”."))
        points = fields.integer("max", 1, MOST_POINTS)
        self.section = Section(key, title, points)
        self.threshold = _threshold(fields, "threshold", "max", points)
        self.tie = _place(fields, "tie")


def _threshold(fields: Fields, name: str, of: str, most: int) -> Decimal | None:
    """A threshold that can be reached: at most `most` points, checked only if the field `of` with these points is right
    itself."""
    if not fields.given(name):
        return None
    threshold = fields.decimal(name, Decimal(0), MOST_THRESHOLD)
    if threshold > most and not {fields.name(name), fields.name(of)} & fields.errors.keys():
        fields.wrong(name, _("Nobody can reach this: there are at most {most} points.", most=most))
    return threshold


def _place(fields: Fields, name: str) -> int | None:
    return fields.integer(name, 1, 99) if fields.given(name) else None


class Column(msgspec.Struct, frozen=True):
    """A column of the grid's table: its field, its head (untranslated), and how wide its boxes are."""

    name: str
    label: str
    width: str
    size: int


COLUMNS = (
    Column("title", N_("Title"), "full", 28),
    Column("key", N_("Key"), "full", 12),
    Column("max", N_("Maximum points"), "xs", 4),
    Column("threshold", N_("At least"), "xs", 4),
    Column("tie", N_("Place in tie-breaks"), "xs", 4),
)


class GridForm:
    """Reads the grid's part of the form, and knows at which field a rule's reason stands."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.scoring = ScoringForm(fields)
        self.sections: list[_Row] = []

    def read(self) -> Grid:
        """The grid as it was typed; wrong fields are noted in `fields`."""
        fields = self.fields
        typed = [row for row in fields.rows("sections") if any(row.given(column.name) for column in COLUMNS)]
        self.sections = [_Row(row) for row in typed]
        thresholds = {row.section.key: row.threshold for row in self.sections if row.threshold is not None}
        sections, rules = self.scoring.read({row.number: row.section for row in self.sections})
        total = fields.integer("total", 1, 99 * MOST_POINTS)
        if (limit := _threshold(fields, "total_threshold", "total", total)) is not None:
            thresholds[TOTAL] = limit
        return Grid(
            sections=tuple(sections),
            thresholds=thresholds,
            min_assessments=fields.integer("min_assessments", 1, 99),
            tie_break=self._tie_break(),
            total=total,
            **rules,
        )

    def _tie_break(self) -> tuple[str, ...]:
        fields = self.fields
        places = [(row.tie, row.section.key, f"{row.prefix}tie") for row in self.sections]
        places += [(_place(fields, f"tie_{key}"), key, f"tie_{key}") for key in (BENEFICIARIES, RECEIVED_AT)]
        taken = sorted(((place, key, name) for place, key, name in places if place), key=lambda t: t[0])
        for before, here in pairwise(taken):
            if before[0] == here[0]:
                fields.wrong(here[2], _("Place {place} is taken already.", place=here[0]))
        keys = tuple(key for _place_, key, _name in taken)
        by_lot = fields.given("last_tie") and fields.choice("last_tie", tuple(LAST_TIES)) == LOT
        return (*keys, LOT) if by_lot else keys

    def field(self, reason: Reason) -> str | None:
        """The field that a rule's reason is about."""
        group, _dot, rest = (reason.field or "").partition(".")
        if group == "sections":
            number, _dot, column = rest.partition(".")
            return self._of_section(int(number), column) if rest else "sections-0-title"
        if group == "thresholds":
            named = [f"{row.prefix}threshold" for row in self.sections if row.section.key == rest]
            return named[0] if named else "total_threshold"
        return reason.field

    def _of_section(self, number: int, column: str) -> str:
        row = self.sections[number]
        if column.startswith("criteria."):
            return self.scoring.rows[row.number][int(column.partition(".")[2])].name("title")
        return f"{row.prefix}{column}"
