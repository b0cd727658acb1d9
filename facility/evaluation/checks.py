"""What `facility reconcile` looks at in the evaluation."""

from decimal import InvalidOperation

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules.call import Grid
from facility.evaluation.queries.standing import scores_of
from facility.evaluation.rules.assessing import score_mistakes
from facility.events.reconcile import check, read_ahead


@check("evaluation: assessments and declarations")
async def declared(connection: AsyncConnection) -> list[str]:
    """What was sent was sent by somebody who was assigned, had signed, and had declared on the application."""
    rows = await connection.execute(
        text(
            """
            SELECT assessment.application_id, assessment.assessor_id FROM assessment
            JOIN application ON application.id = assessment.application_id
            LEFT JOIN assignment ON assignment.application_id = assessment.application_id
                AND assignment.assessor_id = assessment.assessor_id
            LEFT JOIN carry_over ON carry_over.application_id = application.id AND assessment.sent_at <= carry_over.at
            LEFT JOIN declaration ON declaration.call_id = coalesce(carry_over.from_call_id, application.call_id)
                AND declaration.assessor_id = assessment.assessor_id
            LEFT JOIN conflict_declaration AS answer ON answer.application_id = assessment.application_id
                AND answer.assessor_id = assessment.assessor_id
            WHERE assignment.at IS NULL OR declaration.signed_at IS NULL OR answer.at IS NULL
                OR (answer.conflict AND answer.at < assessment.sent_at)
            ORDER BY 1, 2
            """
        )
    )
    return [
        f"assessment of application {row.application_id} by {row.assessor_id}: sent without the declarations"
        for row in rows
    ]


@check("evaluation: scores and grids")
async def scores(connection: AsyncConnection) -> list[str]:
    """What was sent scores everything in the grid, within its limits."""
    calls = await connection.execute(text("SELECT id, grid FROM call"))
    grids = {row.id: msgspec.convert(row.grid, Grid) for row in calls}
    query = text(
        """
        SELECT assessment.application_id, assessment.assessor_id, scores, call_id FROM assessment
        JOIN application ON application.id = assessment.application_id
        ORDER BY 1, 2
        """
    )
    return [
        f"assessment of application {row.application_id} by {row.assessor_id}: scores that the grid forbids"
        async for portion in read_ahead(connection, query)
        for row in portion
        if not _sound(row.scores, grids[row.call_id])
    ]


def _sound(scores: dict[str, str | None], grid: Grid) -> bool:
    try:
        sent = scores_of(scores)
    except InvalidOperation:
        return False
    return not score_mistakes(sent, grid)


@check("evaluation: set aside")
async def set_aside(connection: AsyncConnection) -> list[str]:
    """An application that is set aside has a row that says why, and none of the others has one, but for exits."""
    rows = await connection.execute(
        text(
            """
            SELECT application.id, application.status, setting_aside.at FROM application
            LEFT JOIN setting_aside ON setting_aside.application_id = application.id
            WHERE (application.status = 'not_assessed' AND setting_aside.at IS NULL)
               OR (application.status NOT IN ('not_assessed', 'withdrawn', 'ineligible') AND setting_aside.at IS NOT NULL)
            ORDER BY application.id
            """
        )
    )
    return [
        f"application {row.id}: {row.status} {'with' if row.at else 'without'} a row that sets it aside"
        for row in rows
    ]


@check("evaluation: consensus")
async def agreed(connection: AsyncConnection) -> list[str]:
    """What counts as agreed keeps to the grid, and everybody has answered on it unless it was closed with a reason."""
    rows = await connection.execute(
        text(
            """
            SELECT consensus.id, close_reason, agreed_scores.scores, grid, EXISTS (
                SELECT FROM consensus_member WHERE consensus_id = consensus.id AND NOT EXISTS (
                    SELECT FROM consensus_answer WHERE consensus_answer.consensus_id = consensus.id
                        AND consensus_answer.assessor_id = consensus_member.assessor_id)) AS silent
            FROM consensus JOIN application ON application.id = application_id JOIN call ON call.id = call_id
            LEFT JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
            WHERE consensus.closed_at IS NOT NULL ORDER BY consensus.id
            """
        )
    )
    return [
        f"consensus {row.id}: closed without answers, or with scores that the grid forbids"
        for row in rows
        if row.scores is None
        or (row.silent and not row.close_reason)
        or not _sound(row.scores, msgspec.convert(row.grid, Grid))
    ]
