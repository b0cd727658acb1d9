"""An application of a decided call is assessed again: by others, or by the same assessors, whose assessments can be opened again. The
caller holds the locks of the call and of the application."""

from uuid import UUID

from sqlalchemy import delete, select, text

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.db import Tx, new_id
from facility.evaluation.events import AssessorTakenOff
from facility.evaluation.models.assessment import Assessment, Reassessment
from facility.evaluation.models.assignment import Assignment, TakenOff
from facility.evaluation.models.counting_assessments import recused
from facility.evaluation.models.outcome import Unsettled
from facility.evaluation.service.assessing import reopen_evaluation
from facility.evaluation.service.settling import settle
from facility.events.log import record


async def begin_reassessment(
    tx: Tx, application: Application, *, by_others: bool, reason: str
) -> Reassessment:
    """Assessors may assess it from now on. by_others: those who had it are taken off for this reason, and don't get it again."""
    reassessment = Reassessment(
        id=new_id(),
        application_id=application.id,
        by_others=by_others,
        status_before=application.status,
        begun_at=tx.now,
        begun_by=tx.actor,
    )
    tx.add(reassessment)
    await move(tx, application, ApplicationStatus.ADMISSIBLE)
    await reopen_evaluation(tx, application.call_id)
    await tx.flush()
    if by_others:
        for assignment in await _assignments(tx, application.id):
            await _take_off(tx, application.call_id, assignment, reason)
    await settle(tx, application.id)
    return reassessment


async def _assignments(tx: Tx, application_id: UUID) -> list[Assignment]:
    """Of those who have it and have no conflict. What ended unsent with the decision is nobody's work any more."""
    query = select(Assignment).where(
        Assignment.application_id == application_id,
        Assignment.ended_at.is_(None),
        text(f"NOT {recused('assignment')}"),
    )
    return list((await tx.session.scalars(query.order_by(Assignment.assessor_id))).all())


async def _take_off(tx: Tx, call_id: UUID, assignment: Assignment, reason: str) -> None:
    pair = {"application_id": assignment.application_id, "assessor_id": assignment.assessor_id}
    assignment.ended_at = tx.now
    taken_off = TakenOff(id=new_id(), **pair, at=tx.now, taken_off_by=tx.actor, reason=reason)
    tx.add(taken_off)
    sent = await tx.session.get(Assessment, tuple(pair.values())) is not None
    await tx.flush()
    await record(tx, AssessorTakenOff(call_id=call_id, **pair, taken_off_id=taken_off.id, sent=sent))


async def end_reassessment(tx: Tx, reassessment: Reassessment, application: Application) -> None:
    """It is over: what became of the application is decided, or it has left meanwhile."""
    reassessment.ended_at = tx.now
    await tx.session.execute(delete(Unsettled).where(Unsettled.application_id == application.id))
    await tx.flush()
