"""Means, thresholds, ranking and ties: exact fractions, rounded only for display (scenarios/README)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median
from uuid import UUID

import msgspec

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.applications.rules.boarding import still_eligible
from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import BENEFICIARIES, LOT, RECEIVED_AT, TOTAL, Grid
from facility.calls.rules.scoring import Aggregate, Section, Settles, is_of_criterion

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


class Candidate(msgspec.Struct, frozen=True):
    """What ranking looks at; beneficiaries: distinct Western Balkans ones on board at the decision. means: with points for every
    section."""

    reference: str
    means: SectionMeans
    beneficiaries: int
    received_at: datetime
    lot: str = ""


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


def rank(candidates: Iterable[Candidate], tie_break: Sequence[str]) -> list[str]:
    """The references, best first: by total, then by the call's tie-breaks in order, at last by reference."""

    def place(candidate: Candidate) -> tuple[Place, ...]:
        return (*_place(candidate, tie_break), candidate.reference)

    return [candidate.reference for candidate in sorted(candidates, key=place)]


type Place = Fraction | int | datetime | str


def _place(candidate: Candidate, tie_break: Sequence[str]) -> tuple[Place, ...]:
    ties = (_tie_value(candidate, key) for key in tie_break)
    return (-candidate.means.total, *ties)


def _tie_value(candidate: Candidate, key: str) -> Place:
    # smaller comes first: what is better when higher is negated
    if key == RECEIVED_AT:
        return candidate.received_at
    if key == LOT:
        return candidate.lot
    if key == BENEFICIARIES:
        return -candidate.beneficiaries
    points = candidate.means.of(key)
    assert points is not None, "a candidate's sections all have points"
    return -points


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
    DIVERGENT = "divergent"
    TO_AGREE = "to_agree"


UNSETTLED = frozenset({Outcome.DIVERGENT, Outcome.TO_AGREE})
"""It has its assessments, but their totals are too far apart, or its assessors have to agree on scores."""
SCORED = frozenset({Outcome.RANKED, Outcome.BELOW_THRESHOLD}) | UNSETTLED
"""It has its assessments."""
OPEN = frozenset({Outcome.UNCHECKED, Outcome.WAITING}) | UNSETTLED
"""What keeps a call from being decided: admissibility not checked, assessments missing and not set aside, scores not settled."""


_S = ApplicationStatus


_BEFORE = {
    _S.WITHDRAWN: Outcome.WITHDRAWN,
    _S.INADMISSIBLE: Outcome.INADMISSIBLE,
    _S.INELIGIBLE: Outcome.INELIGIBLE,
}


class Applicant(msgspec.Struct, frozen=True):
    """An application of the joint track as the evaluation sees it; requested is in EUR.

    on_board: the beneficiaries' codes of the parties that have not left · assessments: those that count · lot: its place in the
    draw (calls.rules.lot), where there is one · sent_at: when each of the assessments was sent, where the call limits how far they
    may be apart · agreed: the scores of a consensus that is closed · agreeing: a consensus is open.
    """

    application_id: UUID
    reference: str
    status: ApplicationStatus
    requested: Decimal
    received_at: datetime
    on_board: tuple[str, ...]
    assessments: tuple[Scores, ...]
    lot: str = ""
    sent_at: tuple[datetime, ...] = ()
    agreed: Scores | None = None
    agreeing: bool = False


class Judged(msgspec.Struct, frozen=True):
    """An applicant and what the evaluation says of it; missed: section keys, or "total"; rank from 1; agreed: the scores that count
    are those of a consensus."""

    applicant: Applicant
    outcome: Outcome
    means: SectionMeans | None = None
    missed: tuple[str, ...] = ()
    rank: int | None = None
    agreed: bool = False


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
    order = rank((_candidate(entry, grid) for entry in ranked.values()), grid.tie_break)
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
    if open_scores := unsettled(applicant, grid):
        return Judged(applicant, open_scores)
    agreed = applicant.agreed is not None
    mean = means(applicant.assessments if applicant.agreed is None else [applicant.agreed], grid)
    missed = missed_thresholds(mean, grid)
    return Judged(
        applicant, Outcome.BELOW_THRESHOLD if missed else Outcome.RANKED, mean, missed, agreed=agreed
    )


def apart(assessments: Iterable[Scores], grid: Grid) -> Fraction:
    """By how many points the highest total of these assessments exceeds the lowest."""
    totals = [means([scores], grid).total for scores in assessments]
    return max(totals) - min(totals) if totals else Fraction(0)


def diverged_at(applicant: Applicant, grid: Grid) -> datetime | None:
    """When the assessments that count, at least the minimum of them, were first further apart than the call allows; None where
    they never were."""
    if grid.divergence is None or apart(applicant.assessments, grid) <= grid.divergence:
        return None
    sent = list(zip(applicant.sent_at, applicant.assessments, strict=True))
    for at in sorted(set(applicant.sent_at)):
        by_then = [scores for sent_at, scores in sent if sent_at <= at]
        if enough_assessments(len(by_then), grid) and apart(by_then, grid) > grid.divergence:
            return at
    return None


def unsettled(applicant: Applicant, grid: Grid) -> Outcome | None:
    """What still has to be settled about an application that has its assessments.

    A divergence is settled by agreed scores, or where the call lets that do by an assessment that was sent after it arose.
    """
    if applicant.agreed is not None:
        return None
    if applicant.agreeing or (grid.aggregate is Aggregate.CONSENSUS and len(applicant.assessments) > 1):
        return Outcome.TO_AGREE
    at = diverged_at(applicant, grid)
    if at is None or (grid.settles is not Settles.CONSENSUS and max(applicant.sent_at) > at):
        return None
    return Outcome.DIVERGENT


def _candidate(judged: Judged, grid: Grid) -> Candidate:
    assert judged.means is not None
    applicant = judged.applicant
    return Candidate(
        applicant.reference,
        filled(judged.means, grid),
        distinct_beneficiaries(applicant.on_board),
        applicant.received_at,
        applicant.lot,
    )


def drawn_by_lot(ranked: Iterable[Judged], grid: Grid) -> frozenset[UUID]:
    """The applications whose rank only the lot decided: everything before it is equal."""
    if LOT not in grid.tie_break:
        return frozenset()
    before = [key for key in grid.tie_break if key != LOT]
    places = [(_place(_candidate(entry, grid), before), entry.applicant.application_id) for entry in ranked]
    count = Counter(place for place, _key in places)
    return frozenset(key for place, key in places if count[place] > 1)


def filled(mean: SectionMeans, grid: Grid) -> SectionMeans:
    """With points for what does not apply, as the total counts it: its share of the total."""
    sections = {
        section.key: mean.total * section.max / grid.points if points is None else points
        for section in grid.sections
        for points in (mean.sections[section.key],)
    }
    return msgspec.structs.replace(mean, sections=sections)
