"""Mails to assessors: what was given to them, and when there is nothing left to do; and to the secretariat: who can't assess."""

from uuid import UUID

from sqlalchemy import or_, select, text

from facility.accounts.models import Person
from facility.admission.events import CallOpened
from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.applications.service.conflicts_of_interest import officers_for, shut_out_of
from facility.calls.events import CallCancelled
from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.rules.standing import CallState
from facility.calls.service.closing import mark_evaluating
from facility.calls.service.reading import rules_of
from facility.db import Tx
from facility.evaluation.events import (
    AssessmentReopened,
    AssessorAssigned,
    AssessorTakenOff,
    AssignmentsEnded,
    CommitteeMemberAppointed,
    CommitteeMemberLeft,
    ConflictDecided,
    ConflictDeclared,
    ConflictsFound,
    ConsensusBegun,
    ConsensusEnded,
    ConsensusProposed,
    ScoresUnsettled,
    TieDeclared,
)
from facility.evaluation.models.assessment import Assessment, ReopenedAssessment
from facility.evaluation.models.assignment import Assignment, TakenOff
from facility.evaluation.models.committee import CommitteeMember
from facility.evaluation.queries.conflicts import APPLICATIONS_SQL, PEOPLE_SQL
from facility.evaluation.queries.standing import count_assessors, home, is_assigned
from facility.evaluation.rules.committee import Function
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.service.committee import people_in
from facility.evaluation.service.conflicts import look, look_for_names
from facility.evaluation.service.news import (
    ask_for_answers,
    ask_to_agree,
    given_together,
    tell_that_it_ended,
    tell_who_settles,
    write,
)
from facility.evaluation.words import FUNCTIONS
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.filters import day
from facility.web.i18n import _, listed, ngettext, translated


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
    """The assessor gets one mail for all that was given to them at once; it names the call and the applications' references, and
    nothing of their content."""
    together = await given_together(tx, event.assessor_id)
    if together and together[0] != event.application_id:
        return  # the mail about the first names this one
    person = await tx.get(Person, event.assessor_id)
    call = await tx.get(Call, event.call_id)
    rows = await tx.session.execute(
        select(Application.reference, Assignment.due_on)
        .join(Assignment, Assignment.application_id == Application.id)
        .where(
            Application.id.in_(together or [event.application_id]),
            Assignment.assessor_id == event.assessor_id,
        )
        .order_by(Application.number)
    )
    given = rows.all()
    due = max((row.due_on for row in given if row.due_on), default=None)
    await post(
        tx,
        template="evaluation/assigned",
        to=person.email,
        to_name=person.name,
        subject=ngettext(
            "An application to assess in call {call}",
            "{count} applications to assess in call {call}",
            len(given),
            call=call.reference,
        ),
        subject_id=event.application_id,
        context={
            "call": call.reference,
            "call_title": call.title,
            "application": listed([row.reference for row in given]),
            "many": len(given) > 1,
            "due": due and day(due),
        },
    )


@reacts_to(ConflictDeclared)
async def tell_the_secretariat_of_a_conflict(tx: Tx, event: ConflictDeclared | ConflictDecided) -> None:
    """Somebody else must assess it; whoever has a conflict on it too is not told."""
    if not event.conflict:
        return
    if not await is_assigned(tx.session, event.application_id, event.assessor_id):
        return  # they run the call, and somebody else of them goes on
    application = await tx.get(Application, event.application_id)
    call = await tx.get(Call, application.call_id)
    assessor = await tx.get(Person, event.assessor_id)
    await write(
        tx,
        await officers_for(tx, application.id),
        application,
        call,
        "evaluation/recused",
        _("An assessor declared a conflict on {application}", application=application.reference),
        assessor=assessor.name,
        assessors=await count_assessors(tx.session, application.id),
        needed=rules_of(call).grid.min_assessments,
        path=home(call.mode, call.id),
    )


@reacts_to(AssessorTakenOff)
async def tell_who_was_taken_off(tx: Tx, event: AssessorTakenOff) -> None:
    """The assessor learns it with the reason, and whether what they have sent counts no more."""
    call = await tx.get(Call, event.call_id)
    application = await tx.get(Application, event.application_id)
    person = await tx.get(Person, event.assessor_id)
    taken_off = await tx.get(TakenOff, event.taken_off_id)
    await write(
        tx,
        [person],
        application,
        call,
        "evaluation/taken_off",
        _("You no longer assess {application}", application=application.reference),
        reason=taken_off.reason,
        sent=event.sent,
    )


@reacts_to(AssessmentReopened)
async def tell_whose_assessment_was_reopened(tx: Tx, event: AssessmentReopened) -> None:
    """The assessor learns why, and that it counts again once it is sent."""
    call = await tx.get(Call, event.call_id)
    application = await tx.get(Application, event.application_id)
    person = await tx.get(Person, event.assessor_id)
    reopened = await tx.get(ReopenedAssessment, event.reopened_id)
    await write(
        tx,
        [person],
        application,
        call,
        "evaluation/reopened",
        _("Your assessment of {application} is open again", application=application.reference),
        reason=reopened.reason,
        path=f"/assessments/{application.id}",
    )


@reacts_to(AssignmentsEnded)
async def tell_who_need_not_assess(tx: Tx, event: AssignmentsEnded) -> None:
    """Assessors learn that there is nothing left to do on an application; of a cancelled call they are told anyway."""
    call = await tx.get(Call, event.call_id)
    if call.state == CallState.CANCELLED:
        return
    application = await tx.get(Application, event.application_id)
    assessors = [await tx.get(Person, assessor_id) for assessor_id in event.assessor_ids]
    subject = _("You no longer need to assess {application}", application=application.reference)
    await write(tx, assessors, application, call, "evaluation/no_longer_assigned", subject)


@reacts_to(CommitteeMemberAppointed)
async def tell_who_was_appointed(tx: Tx, event: CommitteeMemberAppointed) -> None:
    """The member learns of which committee, and as what."""
    call = await tx.get(Call, event.call_id)
    await _tell_member(
        tx,
        event,
        "evaluation/appointed",
        _("You are appointed to the committee of call {call}", call=call.reference),
        call_title=call.title,
        path=f"/evaluation/{call.id}/committee",
    )


@reacts_to(CommitteeMemberLeft)
async def tell_whose_appointment_ended(tx: Tx, event: CommitteeMemberLeft) -> None:
    """The member learns it with the reason."""
    call = await tx.get(Call, event.call_id)
    row = await tx.get(CommitteeMember, event.appointment_id)
    await _tell_member(
        tx,
        event,
        "evaluation/appointment_ended",
        _("Your appointment to the committee of call {call} has ended", call=call.reference),
        reason=row.end_reason,
    )


async def _tell_member(
    tx: Tx,
    event: CommitteeMemberAppointed | CommitteeMemberLeft,
    template: str,
    subject: str,
    **more: str | None,
) -> None:
    person = await tx.get(Person, event.appointee_id)
    call = await tx.get(Call, event.call_id)
    context = {"call": call.reference, "function": translated(FUNCTIONS[Function(event.function)]), **more}
    await post(
        tx,
        template=template,
        to=person.email,
        to_name=person.name,
        subject=subject,
        subject_id=call.id,
        context=context,
    )


@reacts_to(ConflictDecided)
async def tell_whose_conflict_was_decided(tx: Tx, event: ConflictDecided) -> None:
    """Whoever has the conflict learns that the application is closed to them, and why; the secretariat, where they assess it."""
    if not event.conflict:
        return
    await tell_the_secretariat_of_a_conflict(tx, event)
    application = await tx.get(Application, event.application_id)
    person = await tx.get(Person, event.assessor_id)
    declared = await tx.get(ConflictDeclaration, (event.application_id, event.assessor_id))
    call = await tx.get(Call, application.call_id)
    subject = _("You have a conflict of interests on {application}", application=application.reference)
    await write(
        tx, [person], application, call, "evaluation/conflict_decided", subject, reason=declared.reason
    )


@reacts_to(CallOpened)
async def look_for_conflicts(tx: Tx, event: CallOpened) -> None:
    """Look for possible conflicts on the applications that were just opened."""
    about = {"call": event.call_id}
    applications = (await tx.session.scalars(text(APPLICATIONS_SQL), about)).all()
    await look_for_names(tx, applications, (await tx.session.scalars(text(PEOPLE_SQL), about)).all())
    await look(tx, event.call_id)


@reacts_to(CommitteeMemberAppointed)
async def look_for_conflicts_of_a_member(tx: Tx, event: CommitteeMemberAppointed) -> None:
    """Look for possible conflicts of the new member on all applications opened so far, in each batch."""
    for call_id in await _under_evaluation(tx, event.call_id):
        applications = (await tx.session.scalars(text(APPLICATIONS_SQL), {"call": call_id})).all()
        await look_for_names(tx, applications, [event.appointee_id])
        await look(tx, call_id)


@reacts_to(TieDeclared)
async def look_for_conflicts_by_a_tie(tx: Tx, event: TieDeclared) -> None:
    """Look for possible conflicts from the new tie in every call that is under evaluation."""
    for call_id in await _under_evaluation(tx):
        await look(tx, call_id)


async def _under_evaluation(tx: Tx, series_id: UUID | None = None) -> list[UUID]:
    query = select(Call.id).where(Call.state == CallState.CLOSED).order_by(Call.id)
    if series_id:
        query = query.where(or_(Call.id == series_id, Call.series_id == series_id))
    return list(await tx.session.scalars(query))


@reacts_to(ConflictsFound)
async def tell_the_chair_of_possible_conflicts(tx: Tx, event: ConflictsFound) -> None:
    """Where the call has a committee; who and on what stands on the page only."""
    call = await tx.get(Call, event.call_id)
    for chair in await people_in(tx, call, Function.CHAIR):
        await post(
            tx,
            template="evaluation/possible_conflicts",
            to=chair.email,
            to_name=chair.name,
            subject=_("Possible conflicts of interests in call {call}", call=call.reference),
            subject_id=call.id,
            context={"call": call.reference, "path": f"/evaluation/{call.id}/conflicts"},
        )


@reacts_to(ConflictDeclared, ConflictDecided)
async def tell_the_chair_of_a_late_conflict(tx: Tx, event: ConflictDeclared | ConflictDecided) -> None:
    """The chair of a committee learns whose scores are out, and that somebody else is asked for; unless it is closed to them."""
    application = await tx.get(Application, event.application_id)
    call = await tx.get(Call, application.call_id)
    assesses = await is_assigned(tx.session, application.id, event.assessor_id)
    if not (event.conflict and call.committee and assesses):
        return
    assessor = await tx.get(Person, event.assessor_id)
    sent = await tx.session.get(Assessment, (application.id, event.assessor_id)) is not None
    closed_to = await shut_out_of(tx, [application.id])
    await write(
        tx,
        [chair for chair in await people_in(tx, call, Function.CHAIR) if chair.id not in closed_to],
        application,
        call,
        "evaluation/late_conflict",
        _("A conflict of interests on {application}", application=application.reference),
        assessor=assessor.name,
        sent=sent,
        path=f"/evaluation/{call.id}/conflicts",
    )


@reacts_to(ScoresUnsettled)
async def tell_who_settles_scores(tx: Tx, event: ScoresUnsettled) -> None:
    await tell_who_settles(tx, event.application_id, divergent=event.outcome == Outcome.DIVERGENT)


@reacts_to(ConsensusBegun)
async def ask_assessors_to_agree(tx: Tx, event: ConsensusBegun) -> None:
    await ask_to_agree(tx, event.consensus_id)


@reacts_to(ConsensusProposed)
async def ask_assessors_for_answers(tx: Tx, event: ConsensusProposed) -> None:
    await ask_for_answers(tx, event.consensus_id)


@reacts_to(ConsensusEnded)
async def tell_assessors_that_it_ended(tx: Tx, event: ConsensusEnded) -> None:
    await tell_that_it_ended(tx, event.consensus_id)
