"""Ranking and tie-break of the applications of a call (scenarios/README)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

import msgspec

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.applications.rules.parties import enough_beneficiaries
from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import BENEFICIARIES, LOT, RECEIVED_AT, Grid
from facility.evaluation.rules.divergence import unsettled
from facility.evaluation.rules.means import SectionMeans, enough_assessments, filled, means, missed_thresholds
from facility.evaluation.rules.outcomes import OPEN, Applicant, Outcome


class Candidate(msgspec.Struct, frozen=True):
    """What ranking looks at; beneficiaries: distinct Western Balkans ones on board at the decision. means: with points for every
    section."""

    reference: str
    means: SectionMeans
    beneficiaries: int
    received_at: datetime
    lot: str = ""


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


_S = ApplicationStatus


_BEFORE = {
    _S.WITHDRAWN: Outcome.WITHDRAWN,
    _S.INADMISSIBLE: Outcome.INADMISSIBLE,
    _S.INELIGIBLE: Outcome.INELIGIBLE,
}


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
    if not enough_beneficiaries(applicant.on_board, min_beneficiaries):
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
