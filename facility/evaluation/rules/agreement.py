"""When scores are too far apart, what settles that, and when assessors may agree on scores (FR24 Art. 153; dossier 9)."""

from collections.abc import Collection
from enum import StrEnum
from fractions import Fraction

import msgspec

from facility.calls.rules.call import Grid
from facility.evaluation.rules.ranking import (
    UNSETTLED,
    Applicant,
    Outcome,
    apart,
    diverged_at,
    enough_assessments,
    unsettled,
)
from facility.refused import Reason, refuse


class Settled(StrEnum):
    """How a divergence was settled, if it was."""

    OPEN = "open"
    ASSESSOR = "assessor"
    CONSENSUS = "consensus"


class Divergence(msgspec.Struct, frozen=True):
    """The totals of an application's assessors differ by so many points, which is more than the call allows."""

    apart: Fraction
    settled: Settled


def divergence_of(applicant: Applicant, grid: Grid) -> Divergence | None:
    """The divergence of an application; None where there is none, or the call names no limit."""
    if diverged_at(applicant, grid) is None:
        return None
    settled = Settled.OPEN if unsettled(applicant, grid) else Settled.ASSESSOR
    if applicant.agreed is not None:
        settled = Settled.CONSENSUS
    return Divergence(apart(applicant.assessments, grid), settled)


def may_begin[Person](
    applicant: Applicant,
    outcome: Outcome,
    grid: Grid,
    members: Collection[Person],
    rapporteur: Person,
    unsent: int,
) -> None:
    """A consensus is begun on an application whose scores have to be settled, once every assessor has sent, by naming one of them as
    rapporteur. unsent: how many have the application and have not sent.

    Refused: "consensus_not_asked", "consensus_running", "too_few_to_agree", "assessments_unsent"; "not_a_member" (invalid).
    """
    if applicant.agreeing or applicant.agreed is not None:
        refuse("consensus_running")
    if not grid.agreeing:
        refuse("consensus_not_asked")
    if not enough_assessments(len(applicant.assessments), grid) or len(applicant.assessments) < 2:
        refuse("too_few_to_agree")
    if unsent:
        refuse("assessments_unsent", count=str(unsent))
    if outcome not in UNSETTLED:
        refuse("consensus_not_asked")
    if rapporteur not in members:
        refuse("not_a_member", kind="invalid", field="rapporteur")


def dissent_mistakes(agrees: bool, dissent: str) -> list[Reason]:
    """Who dissents says why."""
    return [] if agrees or dissent.strip() else [Reason("dissent_missing", "dissent")]
