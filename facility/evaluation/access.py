"""The relations of a visitor to an application or a call under evaluation, for the access guard; and the trace of a
recused attempt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text

from facility.applications.models.conflict_of_interest import closed_to
from facility.db import Database
from facility.evaluation.models.committee import leads, on_committee
from facility.evaluation.models.conflict import rules_on_conflicts
from facility.evaluation.rules.committee import Function
from facility.evaluation.service.assessing import note_recused_attempt
from facility.web.access import (
    INTERNAL,
    RELATIONS,
    Role,
    Visitor,
    allow,
    barred_where,
    on_denied,
    related,
    relation,
    shuts_out,
)

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


def recusal(name: str, applications: str) -> str:
    """Register the relation of a person to an object that shows an application on which they have declared a conflict; each
    attempt leaves a trace. `applications`: a query for the ids of the applications that the object shows, over the path
    parameter that names it. Returns the name, for `shuts_out` or `allow(…, unless=…)`."""
    relation(
        name,
        sql=f"EXISTS (SELECT FROM ({closed_to(':person_id')}) AS mine WHERE mine.application_id IN ({applications}))",
        exists="true",
    )
    query = text(
        f"SELECT application_id FROM ({closed_to(':person_id')}) AS mine WHERE application_id IN ({applications})"  # noqa: S608 - our own text
    )

    async def trace(db: Database, visitor: Visitor, params: Mapping[str, Any], now: datetime) -> None:
        about = {key: params[key] for key in RELATIONS[name].params}
        async with db.transaction(now=now, actor=visitor.id) as tx:
            rows = await tx.session.execute(query, {**about, "person_id": visitor.id})
            for application_id in sorted(rows.scalars()):
                await note_recused_attempt(tx, application_id, visitor.id)

    on_denied(name, trace)
    return name


barred_where(f"EXISTS ({closed_to(':person_id')})")

REOPENS = allow(Role.SECRETARIAT)
"""Who opens a sent assessment again: whoever runs the call."""

RECUSED = recusal("application.recused", "SELECT CAST(:application_id AS uuid)")
"""Whoever has declared a conflict on an application finds every page of it closed, in whatever role."""
shuts_out(RECUSED, where="application_id")

ON_COMMITTEE = relation(
    "call.committee",
    sql=f"EXISTS (SELECT FROM call WHERE call.id = :call_id AND {on_committee()})",
    exists="EXISTS (SELECT FROM call WHERE id = :call_id)",
)
"""Who sits on the committee of the call."""

_OF_APPLICATION = "SELECT FROM application JOIN call ON call.id = application.call_id WHERE application.id = :application_id"
ON_COMMITTEE_OF_APPLICATION = relation(
    "application.committee",
    sql=f"EXISTS ({_OF_APPLICATION} AND {on_committee()})",
    exists=_EXISTS,
)
"""Who sits on the committee of the application's call."""
CHAIR = relation(
    "call.chair",
    sql=f"EXISTS (SELECT FROM call WHERE call.id = :call_id AND {on_committee(Function.CHAIR)})",
    exists="EXISTS (SELECT FROM call WHERE id = :call_id)",
)
SEES_CONFLICTS = allow(*INTERNAL, related(CHAIR))
"""Who sees the possible conflicts of a call, but for their own and those on what is closed to them."""

RULES_ON_CONFLICT = relation(
    "application.rules_on_conflict",
    sql=f"EXISTS ({_OF_APPLICATION} AND {rules_on_conflicts(':assessor_id')})",
    exists=_EXISTS,
)
"""Who decides on a possible conflict of this person on this application."""

LEADS_CONSENSUS = relation(
    "application.leads_consensus",
    sql=f"EXISTS ({_OF_APPLICATION} AND {leads()})",
    exists=_EXISTS,
)
"""Who leads a consensus on the application: the chair, or without a committee the secretariat."""
SEES_CONSENSUS = allow(*INTERNAL, related(LEADS_CONSENSUS))
"""Who reads the record of a consensus."""
IN_CONSENSUS = relation(
    "application.consensus",
    sql="""EXISTS (
        SELECT FROM consensus JOIN consensus_member ON consensus_member.consensus_id = consensus.id
        WHERE consensus.application_id = :application_id AND consensus_member.assessor_id = :person_id)""",
    exists=_EXISTS,
)
"""An assessor who is, or was, to agree on the scores of the application."""

RECUSED_IN_CALL = recusal(
    "call.recused",
    """SELECT id FROM application WHERE call_id = :call_id
    UNION ALL SELECT application_id FROM carry_over WHERE from_call_id = :call_id""",
)
"""The same for what shows all applications of a call against each other, where one that is left out would still be told by
its rank and by the money that is left."""
