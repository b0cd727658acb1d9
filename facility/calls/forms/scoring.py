"""How assessors score, and which scores count, in the form of a call: sub-criteria, steps, comments, what may not apply."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from facility.calls.rules.call import Grid
from facility.calls.rules.edits import key_of
from facility.calls.rules.scoring import (
    HIGHEST,
    LOWEST,
    MOST_WEIGHT,
    Aggregate,
    Criterion,
    Section,
    Settles,
    Steps,
)
from facility.web.fields import Fields, rows_to_show
from facility.web.i18n import N_, _

type Values = dict[str, str | list[str]]

SPARE_CRITERIA = 4
MOST_APART = 100_000
AGGREGATES = {
    Aggregate.MEAN: (N_("The mean"), N_("The sum of all scores, divided by their number.")),
    Aggregate.MEDIAN: (
        N_("The median"),
        N_(
            "The score in the middle, or the mean of the two in the middle. One score that is far off moves it little."
        ),
    ),
    Aggregate.CONSENSUS: (
        N_("The score on which assessors agree"),
        N_(
            "One of them writes the agreed scores, and the others agree or dissent. Every application with more than one assessment"
            " needs this before it is ranked."
        ),
    ),
}
SETTLES = {
    Settles.EITHER: N_("One more assessor, or a consensus of the assessors"),
    Settles.ASSESSOR: N_("One more assessor"),
    Settles.CONSENSUS: N_("A consensus of the assessors"),
}
"""What a divergence asks for, untranslated."""
STEPS = {
    Steps.WHOLE: (N_("Whole numbers"), N_("Sub-criteria are chosen from 1 to 5.")),
    Steps.HALF: (N_("Halves"), N_("For example 3.5.")),
    Steps.HUNDREDTH: (N_("Two decimals"), N_("For example 14.25.")),
}
"""Words for each choice, and what it means, untranslated."""
CHOSEN_SECTIONS = {"commented": "needs_comment", "leavable": "may_not_apply"}
"""Fields that hold the numbers of sections, and what is true of these."""


def shown_scoring(grid: Grid) -> Values:
    """The fields of a grid's rules of scoring; sections by their row."""
    rows = list(enumerate(grid.sections))
    rejecting = [section.reject_at for section in grid.sections if section.reject_at is not None]
    values: Values = {
        "aggregate": grid.aggregate.value,
        "steps": grid.steps.value,
        "comment_low": "" if grid.comment_low is None else str(grid.comment_low),
        "comment_high": "" if grid.comment_high is None else str(grid.comment_high),
        "divergence": "" if grid.divergence is None else str(grid.divergence),
        "settles": grid.settles.value,
        "reject_at": f"{rejecting[0].normalize():f}" if rejecting else "",
        "rejecting": [str(number) for number, section in rows if section.reject_at is not None],
        **{
            name: [str(number) for number, section in rows if getattr(section, rule)]
            for name, rule in CHOSEN_SECTIONS.items()
        },
    }
    criteria = [(number, criterion) for number, section in rows for criterion in section.criteria]
    for i, (number, criterion) in enumerate(criteria):
        values |= {
            f"criteria-{i}-section": str(number),
            f"criteria-{i}-title": criterion.title,
            f"criteria-{i}-weight": str(criterion.weight),
        }
    return values


def criteria_rows(values: Mapping[str, str | list[str]], *, spare: int = SPARE_CRITERIA) -> list[int]:
    """Numbers of the rows of sub-criteria to show."""
    return rows_to_show(values, "criteria", spare=spare)


class ScoringForm:
    """Reads the rules of scoring beside the grid's sections, which are known by the number of their row."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.rows: dict[str, list[Fields]] = {}

    def read(self, sections: Mapping[str, Section]) -> tuple[list[Section], dict[str, Any]]:
        """The sections with what is asked of them, and the grid's own rules."""
        criteria = self._criteria(list(sections))
        chosen = {
            name: self.fields.many(name, list(sections), required=False)
            for name in (*CHOSEN_SECTIONS, "rejecting")
        }
        reject_at = self._reject_at(chosen["rejecting"])
        made = [
            msgspec.structs.replace(
                section,
                criteria=tuple(criteria.get(number, ())),
                reject_at=reject_at if number in chosen["rejecting"] else None,
                **{rule: number in chosen[name] for name, rule in CHOSEN_SECTIONS.items()},
            )
            for number, section in sections.items()
        ]
        return made, self._rules()

    def _criteria(self, numbers: Sequence[str]) -> dict[str, list[Criterion]]:
        made: dict[str, list[Criterion]] = {}
        for row in self.fields.rows("criteria"):
            row.ignore("section", "title", "weight")
            if not row.given("title"):
                if row.given("weight") and row.form.get(row.name("weight")) != "1":
                    row.wrong("title", _("Enter the title of the sub-criterion."))
                continue
            number = row.choice("section", numbers)
            title = row.text("title", missing=None, most=120)
            weight = row.integer("weight", 1, MOST_WEIGHT) if row.given("weight") else 1
            before = made.setdefault(number, [])
            before.append(Criterion(key_of(title, tuple(known.key for known in before)), title, weight))
            self.rows.setdefault(number, []).append(row)
        return made

    def _reject_at(self, chosen: Sequence[str]) -> Decimal | None:
        fields = self.fields
        if fields.given("reject_at"):
            if not chosen:
                fields.wrong("rejecting", _("Choose the sections in which such a sub-score rejects."))
            return fields.decimal("reject_at", Decimal(LOWEST), Decimal(HIGHEST - 1))
        if chosen:
            fields.wrong("reject_at", _("Enter the sub-score that rejects, such as 1."))
        return None

    def _rules(self) -> dict[str, Any]:
        fields = self.fields
        rules: dict[str, Any] = {
            name: fields.integer(name, least, 100) if fields.given(name) else None
            for name, least in (("comment_low", 0), ("comment_high", 1))
        }
        if fields.given("aggregate"):
            rules["aggregate"] = fields.one_of("aggregate", Aggregate)
        if fields.given("steps"):
            rules["steps"] = fields.one_of("steps", Steps)
        settles = fields.one_of("settles", Settles) if fields.given("settles") else Settles.EITHER
        if fields.given("divergence"):
            rules |= {"divergence": fields.integer("divergence", 1, MOST_APART), "settles": settles}
        return rules
