"""Strengths and weaknesses, which a call may give in its letters: which applications need them, and what they must say."""

from collections.abc import Collection
from uuid import UUID

from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.rules.ranking import Standing
from facility.refused import Reason, refuse, refuse_if

MAX_TEXT = 3000
"""Characters of each text."""
JUDGED = frozenset({Outcome.RANKED, Outcome.BELOW_THRESHOLD})
"""What came of applications that have scores."""


def without_reasons(standing: Standing, written: Collection[UUID]) -> list[str]:
    """References of the applications that were judged by their scores and whose strengths and weaknesses nobody has written."""
    return [
        judged.applicant.reference
        for judged in standing.everyone
        if judged.outcome in JUDGED and judged.applicant.application_id not in written
    ]


def may_write(*, asked: bool, ended: bool, judged: bool) -> None:
    """Whether they can be written: the call asks for them, its ranking is not proposed, the application has its assessments.

    Refused: "reasons_not_asked", "reasons_settled", "not_judged_yet".
    """
    if not asked:
        refuse("reasons_not_asked")
    if ended:
        refuse("reasons_settled")
    if not judged:
        refuse("not_judged_yet")


def check_reasons(strengths: str, weaknesses: str) -> None:
    """Both say something. Refused (invalid): "strengths_missing", "weaknesses_missing"."""
    given = {"strengths": strengths, "weaknesses": weaknesses}
    refuse_if([Reason(f"{name}_missing", name) for name, text in given.items() if not text.strip()])
