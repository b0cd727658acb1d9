"""When assessors may agree on scores, and that a dissent needs its reason (dossier 9)."""

from collections.abc import Collection

from facility.calls.rules.call import Grid
from facility.evaluation.rules.means import enough_assessments
from facility.evaluation.rules.outcomes import UNSETTLED, Applicant, Outcome
from facility.refused import Reason, refuse


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
