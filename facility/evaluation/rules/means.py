"""The scores that count: exact fractions, rounded only for display (scenarios/README)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

import msgspec

from facility.calls.rules.call import TOTAL, Grid
from facility.calls.rules.scoring import Aggregate, Section, is_of_criterion

Scores = Mapping[str, Decimal | None]
"""One assessor's scores by the keys of the grid's items; None: it does not apply."""


class SectionMeans(msgspec.Struct, frozen=True):
    """The exact scores that count: points by section key, in the grid's order, and their sum; and by the keys of sub-criteria.
    None where something does not apply, by any assessor who was asked."""

    sections: dict[str, Fraction | None]
    total: Fraction
    criteria: dict[str, Fraction | None] = {}

    def of(self, key: str) -> Fraction | None:
        """The points of a section, the "total", or the score of a sub-criterion."""
        if key == TOTAL:
            return self.total
        return self.criteria[key] if key in self.criteria else self.sections[key]

    def kept(self) -> dict[str, str | None]:
        """As JSON keeps it, exactly."""
        scores = {**self.sections, **self.criteria, TOTAL: self.total}
        return {key: None if score is None else str(score) for key, score in scores.items()}


def means_kept(kept: Mapping[str, str | None]) -> SectionMeans | None:
    """What `SectionMeans.kept` gave; None where nothing was kept."""
    if not kept:
        return None
    scores = {key: None if score is None else Fraction(score) for key, score in kept.items()}
    total = scores.pop(TOTAL)
    assert total is not None
    criteria = {key: score for key, score in scores.items() if is_of_criterion(key)}
    return SectionMeans({key: score for key, score in scores.items() if key not in criteria}, total, criteria)


def enough_assessments(count: int, grid: Grid) -> bool:
    """Whether an application has its minimum of assessments by assessors who are not recused."""
    return count >= grid.min_assessments


def means(assessments: Sequence[Scores], grid: Grid) -> SectionMeans:
    """The scores that count, of the assessments that count (at least one), and their sum.

    Each item's score is that of the assessors to whom it applies. What applies to nobody leaves the section, and a section that
    applies to nobody leaves the total: what is left counts for it in proportion, so it is never a zero.
    """
    counted = {
        item.key: _aggregate([scores[item.key] for scores in assessments], grid.aggregate)
        for item in grid.items
    }
    sections = {section.key: _points(section, counted) for section in grid.sections}
    return SectionMeans(sections, _total(sections, grid), {key: counted[key] for key in _criteria(grid)})


def _criteria(grid: Grid) -> Iterator[str]:
    return (item.key for section in grid.sections if section.criteria for item in section.items)


def _aggregate(scores: Iterable[Decimal | None], aggregate: Aggregate) -> Fraction | None:
    given = [Fraction(score) for score in scores if score is not None]
    if not given:
        return None
    return median(given) if aggregate is Aggregate.MEDIAN else sum(given, Fraction(0)) / len(given)


def _points(section: Section, counted: Mapping[str, Fraction | None]) -> Fraction | None:
    applies = [(item, score) for item in section.items if (score := counted[item.key]) is not None]
    most = sum(item.weight * item.most for item, _score in applies)
    reached = sum((item.weight * score for item, score in applies), Fraction(0))
    return reached * section.max / most if applies else None


def _total(sections: Mapping[str, Fraction | None], grid: Grid) -> Fraction:
    most = sum(section.max for section in grid.sections if sections[section.key] is not None)
    reached = sum((points for points in sections.values() if points is not None), Fraction(0))
    return reached * grid.points / most if most else Fraction(0)


def missed_thresholds(mean: SectionMeans, grid: Grid) -> tuple[str, ...]:
    """The section keys, or "total", that lie below their threshold, and the sub-criteria that reject; sorted, compared exactly.
    What does not apply is not missed."""
    missed = [key for key, least in grid.thresholds.items() if _below(mean.of(key), Fraction(least))]
    for section in grid.sections:
        if section.reject_at is not None:
            rejecting = Fraction(section.reject_at)
            missed += [item.key for item in section.items if not _above(mean.of(item.key), rejecting)]
    return tuple(sorted(missed))


def _below(score: Fraction | None, least: Fraction) -> bool:
    return score is not None and score < least


def _above(score: Fraction | None, most: Fraction) -> bool:
    return score is None or score > most


def filled(mean: SectionMeans, grid: Grid) -> SectionMeans:
    """Sections that don't apply get points too: the same share of their maximum as the total has of its own."""
    sections = {
        section.key: mean.total * section.max / grid.points if points is None else points
        for section in grid.sections
        for points in (mean.sections[section.key],)
    }
    return msgspec.structs.replace(mean, sections=sections)
