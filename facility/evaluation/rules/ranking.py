"""Means, thresholds, ranking and ties: exact fractions, rounded only for display (scenarios/README)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

import msgspec

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.applications.rules.boarding import still_eligible
from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import BENEFICIARIES, RECEIVED_AT, TOTAL, Grid

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


class Outcome(StrEnum):
    """What becomes of an application of the joint track if its call were decided now."""

    RANKED = "ranked"
    BELOW_THRESHOLD = "below_threshold"
    NOT_ASSESSED = "not_assessed"
    INELIGIBLE = "ineligible"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"
    UNCHECKED = "unchecked"
    WAITING = "waiting"


OPEN = frozenset({Outcome.UNCHECKED, Outcome.WAITING})
"""What keeps a call from being decided: admissibility not checked, or assessments missing and not set aside."""


_S = ApplicationStatus


_BEFORE = {
    _S.WITHDRAWN: Outcome.WITHDRAWN,
    _S.INADMISSIBLE: Outcome.INADMISSIBLE,
    _S.INELIGIBLE: Outcome.INELIGIBLE,
}


class Applicant(msgspec.Struct, frozen=True):
    """An application of the joint track as the evaluation sees it; requested is in EUR.

    on_board: the beneficiaries' codes of the parties that have not left · assessments: those that count.
    """

    application_id: UUID
    reference: str
    status: ApplicationStatus
    requested: Decimal
    received_at: datetime
    on_board: tuple[str, ...]
    assessments: tuple[Scores, ...]


class Judged(msgspec.Struct, frozen=True):
    """An applicant and what the evaluation says of it; missed: section keys, or "total"; rank from 1."""

    applicant: Applicant
    outcome: Outcome
    means: SectionMeans | None = None
    missed: tuple[str, ...] = ()
    rank: int | None = None


class Standing(msgspec.Struct, frozen=True):
    """How a call stands: the ranked ones in rank order, then the others by reference."""

    ranked: tuple[Judged, ...]
    others: tuple[Judged, ...]

    @property
    def everyone(self) -> tuple[Judged, ...]:
        """Ranked ones first."""
        return self.ranked + self.others

    def of(self, outcome: Outcome) -> tuple[Judged, ...]:
        """Those with this outcome."""
        return tuple(judged for judged in self.everyone if judged.outcome is outcome)

    @property
    def ready(self) -> bool:
        """True when nothing is open any more, so that the ranking may be proposed."""
        return all(judged.outcome not in OPEN for judged in self.others)


def stand(applicants: Iterable[Applicant], grid: Grid, min_beneficiaries: int) -> Standing:
    """Judge and rank the applicants of one call.

    What was withdrawn, or has lost its beneficiaries, is not evaluated (scenarios/README).
    """
    judged = [_judge(applicant, grid, min_beneficiaries) for applicant in applicants]
    ranked = {entry.applicant.reference: entry for entry in judged if entry.outcome is Outcome.RANKED}
    order = rank((_candidate(entry) for entry in ranked.values()), grid.tie_break)
    return Standing(
        ranked=tuple(
            msgspec.structs.replace(ranked[reference], rank=place) for place, reference in enumerate(order, 1)
        ),
        others=tuple(
            sorted(
                (entry for entry in judged if entry.outcome is not Outcome.RANKED),
                key=lambda entry: entry.applicant.reference,
            )
        ),
    )


def _judge(applicant: Applicant, grid: Grid, min_beneficiaries: int) -> Judged:
    if known := _BEFORE.get(applicant.status):
        return Judged(applicant, known)
    if not still_eligible(applicant.on_board, min_beneficiaries):
        return Judged(applicant, Outcome.INELIGIBLE)
    if applicant.status is _S.SUBMITTED:
        return Judged(applicant, Outcome.UNCHECKED)
    if applicant.status is _S.NOT_ASSESSED:
        return Judged(applicant, Outcome.NOT_ASSESSED)
    if not enough_assessments(len(applicant.assessments), grid):
        return Judged(applicant, Outcome.WAITING)
    mean = means(applicant.assessments, grid)
    missed = missed_thresholds(mean, grid)
    return Judged(applicant, Outcome.BELOW_THRESHOLD if missed else Outcome.RANKED, mean, missed)


def _candidate(judged: Judged) -> Candidate:
    assert judged.means is not None
    applicant = judged.applicant
    return Candidate(
        applicant.reference, judged.means, distinct_beneficiaries(applicant.on_board), applicant.received_at
    )
