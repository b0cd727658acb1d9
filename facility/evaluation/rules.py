"""How applications are scored and ranked: exact fractions, rounded only for display (scenarios/README)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from facility.calls.rules import BENEFICIARIES, RECEIVED_AT, TOTAL, Grid
from facility.refused import Reason, refuse

Scores = Mapping[str, Decimal]
"""One assessor's scores by section key."""


class SectionMeans(msgspec.Struct, frozen=True):
    """The exact means by section key, in the grid's order, and their sum."""

    sections: dict[str, Fraction]
    total: Fraction

    def of(self, key: str) -> Fraction:
        """The mean of a section, or the "total"."""
        return self.total if key == TOTAL else self.sections[key]


class Candidate(msgspec.Struct, frozen=True):
    """What ranking looks at; beneficiaries: distinct Western Balkans ones on board at the decision."""

    reference: str
    means: SectionMeans
    beneficiaries: int
    received_at: datetime


def enough_assessments(count: int, grid: Grid) -> bool:
    """Whether an application has its minimum of assessments by assessors who are not recused."""
    return count >= grid.min_assessments


def means(assessments: Sequence[Scores], grid: Grid) -> SectionMeans:
    """The arithmetic mean of each section over the assessments that count (at least one), and their sum."""
    sections = {
        key: sum((Fraction(scores[key]) for scores in assessments), Fraction(0)) / len(assessments)
        for key in grid.keys
    }
    return SectionMeans(sections, sum(sections.values(), Fraction(0)))


def missed_thresholds(mean: SectionMeans, grid: Grid) -> tuple[str, ...]:
    """The section keys, or "total", that lie below their threshold; sorted, compared exactly."""
    return tuple(sorted(key for key, least in grid.thresholds.items() if mean.of(key) < Fraction(least)))


def rank(candidates: Iterable[Candidate], tie_break: Sequence[str]) -> list[str]:
    """The references, best first: by total, then by the call's tie-breaks in order, at last by reference."""

    def place(candidate: Candidate) -> tuple[Fraction | int | datetime | str, ...]:
        ties = (_tie_value(candidate, key) for key in tie_break)
        return (-candidate.means.total, *ties, candidate.reference)

    return [candidate.reference for candidate in sorted(candidates, key=place)]


def _tie_value(candidate: Candidate, key: str) -> Fraction | int | datetime:
    # smaller comes first: what is better when higher is negated
    if key == RECEIVED_AT:
        return candidate.received_at
    return -candidate.beneficiaries if key == BENEFICIARIES else -candidate.means.of(key)


def score_mistakes(scores: Scores, grid: Grid) -> list[Reason]:
    """Everything wrong with the scores of an assessment to be sent, each at its section's key."""
    unknown = (Reason("unknown_section", key) for key in scores if key not in grid.keys)
    return [*_section_mistakes(scores, grid), *unknown]


def _section_mistakes(scores: Scores, grid: Grid) -> Iterator[Reason]:
    for section in grid.sections:
        score = scores.get(section.key)
        if score is None:
            yield Reason("score_missing", section.key)
        elif not score.is_finite() or not 0 <= score <= section.max:
            yield Reason("score_out_of_range", section.key, {"max": str(section.max)})
        elif (Fraction(score) * 100).denominator != 1:
            yield Reason("too_many_decimals", section.key)


def may_assess(*, declared: bool, conflict: bool, sent: bool) -> None:
    """An assessor scores after both declarations, without a conflict, and until the assessment is sent.

    Refused: "conflict" or "not_declared" (forbidden), "already_sent" (conflict).
    """
    if conflict:
        refuse("conflict", kind="forbidden")
    if not declared:
        refuse("not_declared", kind="forbidden")
    if sent:
        refuse("already_sent")
