"""Mails to assessors: what was given to them, and when there is nothing left to do; and to the secretariat: who can't assess."""

from sqlalchemy import or_, select

from facility.accounts.models import Person
from facility.applications.models.application import Application
from facility.applications.service.conflicts import officers_for
from facility.calls.events import CallCancelled
from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.rules.standing import CallState
from facility.calls.service.closing import mark_evaluating
from facility.calls.service.reading import rules_of
from facility.db import Tx
from facility.evaluation.events import AssessorAssigned, AssignmentsEnded, ConflictDeclared
from facility.evaluation.models import Assignment
from facility.evaluation.queries.standing import count_assessors, home
from facility.events import reacts_to
from facility.outbox.service import post
from facility.web.i18n import _


@reacts_to(AssessorAssigned)
async def note_that_the_evaluation_began(tx: Tx, event: AssessorAssigned) -> None:
    """The call is under evaluation from its first assignment on."""
    await mark_evaluating(tx, event.call_id)


@reacts_to(CallCancelled)
async def tell_assessors_that_it_is_cancelled(tx: Tx, event: CallCancelled) -> None:
    """Whoever was to assess an application of the call learns that there is nothing left to do."""
    call = await tx.get(Call, event.call_id)
    reason = (await tx.get(CallCancellation, event.cancellation_id)).reason
    assessors = await tx.session.execute(
        select(Person.email, Person.name)
        .join(Assignment, Assignment.assessor_id == Person.id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.call_id == event.call_id,
            or_(Assignment.ended_at.is_(None), Assignment.ended_at >= call.cancelled_at),
        )
        .distinct()
        .order_by(Person.email)
    )
    for person in assessors.all():
        await post(
            tx,
            template="evaluation/cancelled",
            to=person.email,
            to_name=person.name,
            subject=_("Call {call} is cancelled", call=call.reference),
            subject_id=event.call_id,
            context={"call": call.reference, "call_title": call.title, "reason": reason},
        )


@reacts_to(AssessorAssigned)
async def tell_assessor(tx: Tx, event: AssessorAssigned) -> None:
    """The assessor gets a mail that names the call and the application's reference, and nothing of its content."""
    person = await tx.get(Person, event.assessor_id)
    row = (
        await tx.session.execute(
            select(Application.reference, Call.reference.label("call"), Call.title)
            .join(Call, Call.id == Application.call_id)
            .where(Application.id == event.application_id)
        )
    ).one()
    await post(
        tx,
        template="evaluation/assigned",
        to=person.email,
        to_name=person.name,
        subject=_("An application to assess in call {call}", call=row.call),
        subject_id=event.application_id,
        context={"call": row.call, "call_title": row.title, "application": row.reference},
    )


@reacts_to(ConflictDeclared)
async def tell_the_secretariat_of_a_conflict(tx: Tx, event: ConflictDeclared) -> None:
    """Somebody else must assess it; whoever has a conflict on it too is not told."""
    if not event.conflict:
        return
    application = await tx.get(Application, event.application_id)
    call = await tx.get(Call, application.call_id)
    assessor = await tx.get(Person, event.assessor_id)
    context = {
        "call": call.reference,
        "application": application.reference,
        "assessor": assessor.name,
        "assessors": await count_assessors(tx.session, application.id),
        "needed": rules_of(call).grid.min_assessments,
        "path": home(call.mode, call.id),
    }
    for officer in await officers_for(tx, application.id):
        await post(
            tx,
            template="evaluation/recused",
            to=officer.email,
            to_name=officer.name,
            subject=_("An assessor declared a conflict on {application}", application=application.reference),
            subject_id=application.id,
            context=context,
        )


@reacts_to(AssignmentsEnded)
async def tell_who_need_not_assess(tx: Tx, event: AssignmentsEnded) -> None:
    """Assessors learn that there is nothing left to do on an application; of a cancelled call they are told anyway."""
    call = await tx.get(Call, event.call_id)
    if call.state == CallState.CANCELLED:
        return
    application = await tx.get(Application, event.application_id)
    for assessor_id in event.assessor_ids:
        person = await tx.get(Person, assessor_id)
        await post(
            tx,
            template="evaluation/no_longer_assigned",
            to=person.email,
            to_name=person.name,
            subject=_("You no longer need to assess {application}", application=application.reference),
            subject_id=application.id,
            context={"call": call.reference, "application": application.reference},
        )
