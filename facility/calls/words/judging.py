"""How a call's grid is scored, in sentences, where it says more than points and thresholds."""

from collections.abc import Iterator

from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Section, Settles, Steps
from facility.web.i18n import N_, _, filled, listed, translated

WHOLE = N_("Scores are whole numbers.")
REJECTS = N_(
    "In “{section}”, an application is rejected if the score that counts for a sub-criterion is {score} or less."
)
NEEDS_COMMENT = N_("Assessors must comment on: {titles}.")
COMMENT_LOW = N_("Assessors must comment on scores of {share} % of the maximum or less.")
MAY_NOT_APPLY = N_(
    "These sections, or sub-criteria of them, may be judged as not applicable: {titles}. What does not apply is left out"
    " and never counts as zero: the points of the rest are raised in proportion."
)


def scoring(grid: Grid) -> list[str]:
    """Sentences for the call's page; none for a grid that names none of these rules."""
    return [*_scores(grid), *_rejection(grid), *_comments(grid), *_exceptions(grid), *_divergence(grid)]


def _scores(grid: Grid) -> Iterator[str]:
    if any(section.criteria for section in grid.sections):
        yield _(
            "Sub-criteria are scored from 1, very poor, to 5, very good. Each score is multiplied by its weight."
        )
    if grid.steps is Steps.WHOLE:
        yield translated(WHOLE)
    elif grid.steps is Steps.HALF:
        yield _("Scores are given in steps of a half.")


def _rejection(grid: Grid) -> Iterator[str]:
    for section in grid.sections:
        if section.reject_at is not None:
            yield filled(
                REJECTS,
                section=section.title,
                score=f"{section.reject_at.normalize():f}",
            )


def _comments(grid: Grid) -> Iterator[str]:
    if titles := _titles(section for section in grid.sections if section.needs_comment):
        yield filled(NEEDS_COMMENT, titles=titles)
    if grid.comment_low is not None:
        yield filled(COMMENT_LOW, share=grid.comment_low)
    if grid.comment_high == 100:
        yield _("Assessors must comment on the highest score.")
    elif grid.comment_high is not None:
        yield _(
            "Assessors must comment on scores of {share} % of the maximum or more.", share=grid.comment_high
        )


def _exceptions(grid: Grid) -> Iterator[str]:
    if titles := _titles(section for section in grid.sections if section.may_not_apply):
        yield filled(MAY_NOT_APPLY, titles=titles)


def _divergence(grid: Grid) -> Iterator[str]:
    if grid.divergence is None:
        return
    limit = grid.divergence
    match grid.settles:
        case Settles.ASSESSOR:
            yield _(
                "If the totals of two assessors are more than {limit} points apart, one more assesses the application.",
                limit=limit,
            )
        case Settles.CONSENSUS:
            yield _(
                "If the totals of two assessors are more than {limit} points apart, the assessors agree on scores, which then count.",
                limit=limit,
            )
        case Settles.EITHER:
            yield _(
                "If the totals of two assessors are more than {limit} points apart, one more assesses the application, or the"
                " assessors agree on scores, which then count.",
                limit=limit,
            )


def _titles(sections: Iterator[Section]) -> str:
    return listed([section.title for section in sections])
