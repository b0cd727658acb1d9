"""Who scores what, when, and what is wrong with a score (dossier 4; scenarios/README)."""

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import Grid
from facility.evaluation.rules.ranking import Scores, enough_assessments
from facility.refused import Reason, refuse


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


def fields_of(scores: Mapping[str, str], comments: Mapping[str, str]) -> dict[str, list[str]]:
    """Scores and comments by section key as the fields of their form."""
    return {f"score-{key}": [score] for key, score in scores.items()} | {
        f"comment-{key}": [comment] for key, comment in comments.items()
    }


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


def assignment_mistakes[Person](actor: Person | None, assessors: Collection[Person]) -> list[Reason]:
    """Nobody gives an application to themselves: "own_assignment"."""
    return [Reason("own_assignment", "assessors")] if actor in assessors else []


def may_set_aside(status: ApplicationStatus, assessments: int, grid: Grid, reason: str) -> None:
    """An admitted application is set aside when it has fewer assessments than the minimum, with a reason.

    Refused: "wrong_status", "enough_assessments" (conflict) or "reason_missing" (invalid).
    """
    if status is not ApplicationStatus.ADMISSIBLE:
        refuse("wrong_status", status=status.value, wanted=ApplicationStatus.NOT_ASSESSED.value)
    if enough_assessments(assessments, grid):
        refuse("enough_assessments")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_judge_at_all(status: ApplicationStatus, *, ended: bool, keeps_scores: bool = False) -> None:
    """Scores and assignments change while the application is admitted and no ranking was proposed.

    keeps_scores: it was carried over with enough assessments, and is ranked anew by the same ones.
    Refused: "evaluation_ended", "not_in_evaluation" or "keeps_its_scores".
    """
    if ended:
        refuse("evaluation_ended")
    if status is not ApplicationStatus.ADMISSIBLE:
        refuse("not_in_evaluation", status=status.value)
    if keeps_scores:
        refuse("keeps_its_scores")
