"""What an assessor fills in, and how it is read and shown."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec
from msgspec.structs import replace

from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Aggregate, Item, Steps
from facility.calls.rules.scoring import Section as GridSection
from facility.evaluation.rules.assessing import NOT_APPLICABLE, comment_mistakes, is_chosen, score_mistakes
from facility.evaluation.rules.means import Scores, SectionMeans, means
from facility.evaluation.service.assessing import UNSENT
from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import Field, T, ask, options
from facility.money import display
from facility.refused import Reason
from facility.web import filters
from facility.web.amounts import Unclear, read_number
from facility.web.fields import Fields
from facility.web.i18n import N_, _, filled
from facility.web.sentences import sentence

filters.register("points", lambda points: points_in_words(points) or "–")

filters.register("total_by", lambda scores, grid: points_in_words(means([scores], grid).total))

MOST_COMMENT = 4000
"""Characters of a comment that is sent."""
WEIGHS = N_("Counts {weight} times.")
REACHES = {
    Aggregate.MEAN: N_("The mean of all assessors must reach {least}."),
    Aggregate.MEDIAN: N_("The median of all assessors must reach {least}."),
    Aggregate.CONSENSUS: N_("The agreed score must reach {least}."),
}
"""Which score must reach a threshold."""


def sheet(grid: Grid) -> Section:
    """A score for each item of the grid, and a comment for each section."""
    return Section(
        key=UNSENT,
        title=_("Your assessment"),
        fields=tuple(field for section in grid.sections for field in section_fields(section, grid)),
    )


def section_fields(section: GridSection, grid: Grid) -> Iterator[Field]:
    """What is asked of a section: its score, or those of its sub-criteria, and a comment."""
    _section, items, comment = asked_of(section, grid)
    for _item, fields in items:
        yield from fields
    yield comment


def asked_of(section: GridSection, grid: Grid) -> tuple[GridSection, list[tuple[Item, list[Field]]], Field]:
    """A section, its items each with their fields, and the field of the comment."""
    title = _("{section}: comment", section=section.title)
    needed = section.needs_comment
    hint = "" if needed else extremes(section, grid)
    missing = sentence(Reason("comment_missing"))
    comment = ask(
        f"comment-{section.key}",
        title,
        T.LONG_TEXT,
        hint,
        needed=needed,
        most=MOST_COMMENT,
        missing=missing,
    )
    return section, [(item, list(_item_fields(item, grid))) for item in section.items], comment


def _item_fields(item: Item, grid: Grid) -> Iterator[Field]:
    key = f"score-{item.key}"
    title = _title(item)
    if is_chosen(item, grid):
        choices = [(str(score), str(score)) for score in range(item.least, item.most + 1)]
        if item.section.may_not_apply:
            choices.append((NOT_APPLICABLE, _("Not applicable")))
        yield ask(key, title, T.ONE_OF, _weighs(item), options=options(choices))
        return
    # Whether it is missing depends on the box below it: `read_assessment` looks at that.
    hint = " ".join(filter(None, (_range(item, grid), _weighs(item))))
    unit = _("of {most}", most=item.most)
    needed = not item.section.may_not_apply
    kind = T.WHOLE if grid.steps is Steps.WHOLE else T.NUMBER
    yield ask(key, title, kind, hint, needed=needed, least=item.least, most=item.most, unit=unit)
    if item.section.may_not_apply:
        yield ask(f"na-{item.key}", _("{title}: not applicable", title=item.title), T.FLAG, needed=False)


def _title(item: Item) -> str:
    return item.title if item.section.criteria else _("{section}: score", section=item.title)


def _weighs(item: Item) -> str:
    return filled(WEIGHS, weight=item.weight) if item.weight > 1 else ""


def _range(item: Item, grid: Grid) -> str:
    steps = {
        Steps.WHOLE: _("From {least} to {most}, whole numbers only.", least=item.least, most=item.most),
        Steps.HALF: _("From {least} to {most}, in steps of a half.", least=item.least, most=item.most),
        Steps.HUNDREDTH: _("From {least} to {most}.", least=item.least, most=item.most),
    }
    least = None if item.section.criteria else grid.thresholds.get(item.key)
    return steps[grid.steps] + (f" {reached(grid, least)}" if least else "")


def reached(grid: Grid, least: Decimal) -> str:
    """The sentence for a threshold: which score must reach it."""
    return filled(REACHES[grid.aggregate], least=least)


def extremes(section: GridSection, grid: Grid) -> str:
    """For which scores the call asks for a comment, "" where it does for none."""
    most = section.items[0].most
    low = None if grid.comment_low is None else _points(Fraction(grid.comment_low * most, 100))
    high = None if grid.comment_high is None else _points(Fraction(grid.comment_high * most, 100))
    at_top = grid.comment_high == 100  # nobody can give more
    if low and high:
        words = N_("Required for a score of {low} or less, or of {high} or more.")
        if at_top:
            words = N_("Required for a score of {low} or less, or of {high}.")
        return filled(words, low=low, high=high)
    if low:
        return _("Required for a score of {low} or less.", low=low)
    words = N_("Required for a score of {high}.") if at_top else N_("Required for a score of {high} or more.")
    return filled(words, high=high) if high else ""


def _points(score: Fraction) -> str:
    return f"{float(score):g}"


type Read = tuple[dict[str, Decimal | None], dict[str, str]]


def read_assessment(fields: Fields, grid: Grid) -> Read:
    """Scores by item and comments by section; everything that is wrong is noted, in whatever field."""
    typed = read_texts(fields, sheet(grid))
    asked = {field.key for field in sheet(grid).fields}
    for name in fields.form.fields:
        if is_of_assessment(name) and name not in asked:
            fields.wrong(name, sentence(Reason("unknown_section")))
    scores = {item.key: _score(fields, typed, item) for item in grid.items}
    comments = {key: typed[f"comment-{key}"] for key in grid.keys}
    sound = {key: score for key, score in scores.items() if fields.sound(f"score-{key}")}
    fields.between([*map(at_score, score_mistakes(scores, grid)), *comment_mistakes(sound, comments, grid)])
    return scores, comments


def _score(fields: Fields, typed: Mapping[str, str], item: Item) -> Decimal | None:
    score, left_out = typed[f"score-{item.key}"], typed.get(f"na-{item.key}")
    if score == NOT_APPLICABLE:
        return None
    if item.section.may_not_apply and f"na-{item.key}" in typed:
        if bool(score) == bool(left_out):
            either = _("Enter a score, or tick “not applicable”.")
            both = _("Enter a score or tick “not applicable”, not both.")
            fields.wrong(f"score-{item.key}", both if score else either)
        return Decimal(score) if score else None
    return Decimal(score)


def is_of_assessment(name: str) -> bool:
    """Whether a field of a form says something of a section or sub-criterion, whether the grid has it or not."""
    return name.startswith(("score-", "comment-", "na-"))


def at_score(reason: Reason) -> Reason:
    """The reason at the field of the form instead of at the key of the item."""
    return replace(reason, field=f"score-{reason.field}")


class Given(msgspec.Struct, frozen=True):
    """A section as one assessor judged it, to read; `points`: of it, None where it does not apply. scores: of its sub-criteria."""

    section: GridSection
    points: str | None
    scores: list[tuple[Item, str | None]]
    comment: str


class GivenAll(msgspec.Struct, frozen=True):
    """An assessment to read, and its points in all."""

    sections: list[Given]
    total: str


def given_of(scores: Scores, comments: Mapping[str, str], grid: Grid) -> GivenAll:
    """What one assessor gave."""
    points = means([scores], grid)
    sections = [
        Given(
            section,
            points_in_words(points.sections[section.key]),
            [(item, _digits(scores[item.key])) for item in section.items] if section.criteria else [],
            comments.get(section.key, ""),
        )
        for section in grid.sections
    ]
    return GivenAll(sections, points_in_words(points.total) or "")


def _digits(score: Decimal | None) -> str | None:
    return None if score is None else f"{score.normalize():f}"


def points_in_words(points: Fraction | None) -> str | None:
    """Points with at most two decimals and no trailing zeros: "12", "12.5"."""
    if points is None:
        return None
    return display(points).rstrip("0").rstrip(".")


def points_so_far(values: Mapping[str, str | list[str]], grid: Grid) -> SectionMeans:
    """What the scores that were typed come to; what is no number, and what is missing, is nothing yet."""
    return means([{item.key: _typed(values, item) for item in grid.items}], grid)


def _typed(values: Mapping[str, str | list[str]], item: Item) -> Decimal | None:
    typed = str(values.get(f"score-{item.key}", ""))
    if typed == NOT_APPLICABLE or (not typed and values.get(f"na-{item.key}")):
        return None
    try:
        return read_number(typed, 2, "")
    except Unclear:
        return Decimal(0)
