"""What assessors have open about an application, where it ends."""

from collections.abc import Collection
from itertools import groupby
from uuid import UUID

from sqlalchemy import text

from facility.applications.models.ending import HAS_ENDED
from facility.applications.service.ending import ends_with_the_application
from facility.db import Tx
from facility.evaluation.events import AssignmentsEnded
from facility.evaluation.models.counting_assessments import recused
from facility.events.log import record

_NOT_SENT = """NOT EXISTS (SELECT FROM assessment WHERE assessment.application_id = assignment.application_id
    AND assessment.assessor_id = assignment.assessor_id AND assessment.sent_at IS NOT NULL)"""
_NOT_RECUSED = f"NOT {recused('assignment')}"
_UNSENT = text(
    f"""
    SELECT assignment.application_id, application.call_id, assignment.assessor_id
    FROM assignment JOIN application ON application.id = assignment.application_id
    WHERE application.id = ANY(:ids) AND ended_at IS NULL AND {_NOT_SENT}
        AND NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = application.call_id)
        AND {_NOT_RECUSED}
    ORDER BY assignment.application_id, assignment.assessor_id
    """  # noqa: S608 - our own text
)
_END = text(
    f"""
    UPDATE assignment SET ended_at = :now FROM application
    WHERE application.id = assignment.application_id AND application.id = ANY(:ids) AND ended_at IS NULL
        AND (application.status = 'withdrawn' OR ({_NOT_SENT} AND {_NOT_RECUSED}))
    """  # noqa: S608 - our own text
)


@ends_with_the_application(
    "assignment",
    held=f"""SELECT application.id FROM call JOIN application ON application.call_id = call.id
        JOIN assignment ON assignment.application_id = application.id
        WHERE call.state IN ('closed', 'cancelled') AND {HAS_ENDED} AND assignment.ended_at IS NULL
            AND NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id)
            AND {_NOT_SENT} AND {_NOT_RECUSED}""",  # noqa: S608 - our own text
)
async def end_assignments(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Assignments without a sent assessment end; of a withdrawn application, all do. Assessors who had not sent one are
    told that nothing is left to do, unless the evaluation had ended anyway."""
    waited = (await tx.session.execute(_UNSENT, {"ids": list(application_ids)})).all()
    await tx.session.execute(_END, {"ids": list(application_ids), "now": tx.now})
    for (application_id, call_id), rows in groupby(waited, key=lambda row: (row.application_id, row.call_id)):
        assessor_ids = [row.assessor_id for row in rows]
        event = AssignmentsEnded(application_id=application_id, call_id=call_id, assessor_ids=assessor_ids)
        await record(tx, event)
