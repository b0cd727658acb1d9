"""Who stands how to an application or a call under evaluation, for the one guard; and the trace of a recused attempt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from facility.db import Database
from facility.evaluation.models import ConflictDeclaration
from facility.evaluation.service import note_recused_attempt
from facility.web.access import Visitor, on_denied, relation

_EXISTS = "EXISTS (SELECT FROM application WHERE id = :application_id)"

ASSIGNED = relation(
    "application.assigned",
    sql="""EXISTS (
        SELECT FROM assignment
        JOIN application ON application.id = assignment.application_id
        LEFT JOIN carry_over ON carry_over.application_id = application.id
        JOIN declaration ON declaration.call_id IN (application.call_id, carry_over.from_call_id)
            AND declaration.assessor_id = assignment.assessor_id
        JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
            AND declared.assessor_id = assignment.assessor_id AND NOT declared.conflict
        WHERE assignment.application_id = :application_id AND assignment.assessor_id = :person_id
            AND assignment.ended_at IS NULL)""",
    exists=_EXISTS,
)
"""An assessor who was given the application, has signed for its call or the batch that it was carried over from, and
declared that there is no conflict."""

TO_DECLARE = relation(
    "application.to_declare",
    sql="""EXISTS (
        SELECT FROM assignment
        WHERE assignment.application_id = :application_id AND assignment.assessor_id = :person_id
            AND assignment.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM conflict_declaration AS declared
            WHERE declared.application_id = :application_id AND declared.assessor_id = :person_id
                AND declared.conflict))""",
    exists=_EXISTS,
)
"""An assessor who was given the application and has no conflict, declared or not: title and parties only."""

ASSESSOR_OF_CALL = relation(
    "call.assessor",
    sql="""EXISTS (
        SELECT FROM assignment JOIN application ON application.id = assignment.application_id
        WHERE application.call_id = :call_id AND assignment.assessor_id = :person_id
            AND assignment.ended_at IS NULL)""",
    exists="EXISTS (SELECT FROM call WHERE id = :call_id)",
)
"""An assessor who was given an application of the call."""


async def trace_recused(db: Database, visitor: Visitor, params: Mapping[str, Any], now: datetime) -> None:
    """Write down that an assessor with a declared conflict tried to get at the application; others leave no trace."""
    application_id = params["application_id"]
    query = select(ConflictDeclaration.at).where(
        ConflictDeclaration.application_id == application_id,
        ConflictDeclaration.assessor_id == visitor.id,
        ConflictDeclaration.conflict,
    )
    async with db.transaction(now=now, actor=visitor.id) as tx:
        if (await tx.session.execute(query)).first():
            await note_recused_attempt(tx, application_id, visitor.id)


on_denied(ASSIGNED, trace_recused)
on_denied(TO_DECLARE, trace_recused)
