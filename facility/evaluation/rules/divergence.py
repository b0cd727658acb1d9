"""When the totals of an application's assessors lie too far apart, and what settles that (FR24 Art. 153; dossier 9)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import msgspec

from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Aggregate, Settles
from facility.evaluation.rules.means import Scores, enough_assessments, means
from facility.evaluation.rules.outcomes import Applicant, Outcome


class Settled(StrEnum):
    """How a divergence was settled, if it was."""

    OPEN = "open"
    ASSESSOR = "assessor"
    CONSENSUS = "consensus"


class Divergence(msgspec.Struct, frozen=True):
    """The totals of an application's assessors differ by so many points, which is more than the call allows."""

    apart: Fraction
    settled: Settled


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


def divergence_of(applicant: Applicant, grid: Grid) -> Divergence | None:
    """The divergence of an application; None where there is none, or the call names no limit."""
    if diverged_at(applicant, grid) is None:
        return None
    settled = Settled.OPEN if unsettled(applicant, grid) else Settled.ASSESSOR
    if applicant.agreed is not None:
        settled = Settled.CONSENSUS
    return Divergence(apart(applicant.assessments, grid), settled)
