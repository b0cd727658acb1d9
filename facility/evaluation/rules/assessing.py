"""Who scores what, when, and what is wrong with a score (dossier 4; scenarios/README)."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import PARTS, Item, Steps
from facility.evaluation.rules.means import Scores, enough_assessments
from facility.refused import Reason, refuse


def score_mistakes(scores: Scores, grid: Grid) -> list[Reason]:
    """Everything wrong with the scores of an assessment to be sent, each at its item's key."""
    known = {item.key for item in grid.items}
    unknown = (Reason("unknown_section", key) for key in scores if key not in known)
    mistakes = [*_item_mistakes(scores, grid), *unknown]
    if not mistakes and not any(score is not None for score in scores.values()):
        mistakes.append(Reason("nothing_scored", grid.items[0].key))
    return mistakes


def _item_mistakes(scores: Scores, grid: Grid) -> Iterator[Reason]:
    for item in grid.items:
        if item.key not in scores:
            yield Reason("score_missing", item.key)
            continue
        score = scores[item.key]
        if score is None:
            if not item.section.may_not_apply:
                yield Reason("must_apply", item.key)
        elif not score.is_finite() or not item.least <= score <= item.most:
            yield Reason("score_out_of_range", item.key, {"least": str(item.least), "max": str(item.most)})
        elif (Fraction(score) * PARTS[grid.steps]).denominator != 1:
            yield Reason(_TOO_FINE[grid.steps], item.key)


_TOO_FINE = {
    Steps.WHOLE: "not_whole",
    Steps.HALF: "not_half",
    Steps.HUNDREDTH: "too_many_decimals",
}


def comment_mistakes(scores: Scores, comments: Mapping[str, str], grid: Grid) -> Iterator[Reason]:
    """Comments that the call asks for and that are missing, and those on nothing, each at "comment-" and its section's key."""
    yield from (Reason("unknown_section", f"comment-{key}") for key in comments if key not in grid.keys)
    for section in grid.sections:
        if comments.get(section.key, "").strip():
            continue
        extreme = [item.title for item in section.items if _is_extreme(scores.get(item.key), item.most, grid)]
        field = f"comment-{section.key}"
        if section.needs_comment:
            yield Reason("comment_missing", field)
        elif extreme:
            yield Reason("comment_on_extreme", field, {"titles": ", ".join(extreme)})


def _is_extreme(score: Decimal | None, most: int, grid: Grid) -> bool:
    if score is None:
        return False
    low, high = grid.comment_low, grid.comment_high
    return (low is not None and 100 * score <= low * most) or (
        high is not None and 100 * score >= high * most
    )


NOT_APPLICABLE = "na"
"""What is chosen in place of a score where something does not apply."""


def is_chosen(item: Item, grid: Grid) -> bool:
    """Whether the score is one of a few, and is chosen instead of typed."""
    return bool(item.section.criteria) and grid.steps is Steps.WHOLE


def fields_of(
    scores: Mapping[str, str | None], comments: Mapping[str, str], grid: Grid
) -> dict[str, list[str]]:
    """Scores by item and comments by section as the fields of their form."""
    typed = {f"comment-{key}": [comment] for key, comment in comments.items()}
    for item in grid.items:
        if (score := scores[item.key]) is not None:
            typed[f"score-{item.key}"] = [score]
        elif is_chosen(item, grid):
            typed[f"score-{item.key}"] = [NOT_APPLICABLE]
        else:
            typed[f"na-{item.key}"] = ["yes"]
    return typed


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
