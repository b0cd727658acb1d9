"""Consultations on an application that has come in: asked, answered, ended by silence."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, not_, or_, select

from facility.admission.events import (
    ConsultationAnswered,
    ConsultationCancelled,
    ConsultationEndedTacitly,
    ConsultationExtended,
    ConsultationReminded,
    ConsultationStarted,
    LateAnswerTaken,
    ObjectionAnswered,
)
from facility.admission.models.consultation import Consultation, Consultee
from facility.admission.queries.consultation import PURPOSE
from facility.admission.rules import consultation as consulting
from facility.admission.rules.consultation import ConsultationState
from facility.admission.rules.working_days import end_of_period, reminder
from facility.admission.service.periods import (
    consult_anew,
    consulted_since,
    is_late,
    lock_asked,
    may_still_be_answered,
    state_of,
)
from facility.applications.models.application import Application
from facility.applications.service.changes import lock_with_call, status_of
from facility.applications.service.ending import ends_with_the_application
from facility.calls.models.call import Call
from facility.db import Database, Tx, new_id
from facility.events import one_by_one, record, scheduled
from facility.outbox.asking import delivered_after, is_undelivered, undelivered
from facility.refused import refuse


async def start_consultations(
    tx: Tx,
    application_id: UUID,
    consultee_ids: Sequence[UUID],
    *,
    days: int = consulting.USUAL_DAYS,
    more_days: int = consulting.USUAL_DAYS,
    question: str = "",
) -> list[Consultation]:
    """Ask these consultees, each by a mail with a link; periods in working days.

    Refused: as `may_start` and `check_period`, "consultee_missing" (invalid), "consulted_already".
    """
    application, call = await lock_with_call(tx, application_id)
    consulting.may_start(
        status_of(application),
        sealed=application.sealed,
        decided=call.decided_at is not None and application.track == "joint",
    )
    consulting.check_period(days, more_days)
    await _refuse_consultees(tx, application_id, consultee_ids)
    return [
        await _ask(tx, application, consultee_id, days, more_days, question.strip())
        for consultee_id in dict.fromkeys(consultee_ids)
    ]


async def _refuse_consultees(tx: Tx, application_id: UUID, consultee_ids: Sequence[UUID]) -> None:
    known = await tx.session.scalars(
        select(Consultee.id).where(Consultee.id.in_(consultee_ids), Consultee.active)
    )
    if not consultee_ids or set(consultee_ids) != set(known):
        refuse("consultee_missing", kind="invalid", field="consultees")
    running = await tx.session.scalars(
        select(Consultation.id).where(
            Consultation.application_id == application_id,
            Consultation.consultee_id.in_(consultee_ids),
            Consultation.state == ConsultationState.OPEN,
        )
    )
    if running.first() is not None:
        refuse("consulted_already", kind="invalid", field="consultees")


async def _ask(
    tx: Tx, application: Application, consultee_id: UUID, days: int, more_days: int, question: str
) -> Consultation:
    consultation = Consultation(
        id=new_id(),
        application_id=application.id,
        consultee_id=consultee_id,
        fingerprint=application.fingerprint,
        question=question,
        asked_by=tx.actor,
        asked_at=tx.now,
        days=days,
        more_days=more_days,
        remind_at=reminder(tx.now, days),
        ends_at=end_of_period(tx.now, days),
        state=ConsultationState.OPEN,
    )
    tx.add(consultation)
    await record(
        tx,
        ConsultationStarted(
            application_id=application.id,
            consultation_id=consultation.id,
            consultee_id=consultee_id,
            days=days,
            ends_at=consultation.ends_at,
        ),
    )
    return consultation


async def answer_consultation(
    tx: Tx, consultation_id: UUID, *, objects: bool, reason: str = "", name: str
) -> Consultation:
    """What the consultee says: no objection, or one with its reasons. After the period it is kept as a late answer.

    Refused: "application_ended", as `check_answer` and `may_answer`.
    """
    consulting.check_answer(objects=objects, reason=reason, name=name)
    consultation, application, call = await lock_asked(tx, Consultation, consultation_id)
    may_still_be_answered(application, call)
    late = await is_late(tx, consultation)
    consulting.may_answer(
        state_of(consultation), late=late, answered_late=consultation.late_outcome is not None
    )
    if late and consultation.state == ConsultationState.OPEN:
        await _end_tacitly(tx, consultation)
    outcome = ConsultationState.OBJECTION if objects else ConsultationState.NO_OBJECTION
    objection = reason.strip() if objects else ""
    if late:
        consultation.late_outcome, consultation.late_reason = outcome, objection
        consultation.late_responder, consultation.late_at = name.strip(), tx.now
    else:
        consultation.state, consultation.reason, consultation.ended_at = outcome, objection, tx.now
        consultation.responder = name.strip()
    await record(
        tx,
        ConsultationAnswered(
            application_id=consultation.application_id,
            consultation_id=consultation_id,
            outcome=outcome,
            late=late,
        ),
    )
    return consultation


async def ask_for_more_days(tx: Tx, consultation_id: UUID) -> Consultation:
    """The consultee takes the further working days that were offered; counted from the end of the period.

    Refused: "application_ended", as `may_have_more`.
    """
    consultation, application, call = await lock_asked(tx, Consultation, consultation_id)
    may_still_be_answered(application, call)
    consulting.may_have_more(
        state_of(consultation),
        late=await is_late(tx, consultation),
        more_days=consultation.more_days,
        extended=consultation.extended_at is not None,
    )
    # The period is counted anew as one: what is asked, and what is added to it.
    whole = consultation.days + consultation.more_days
    consultation.extended_at = tx.now
    consultation.ends_at = end_of_period(consultation.asked_at, whole)
    consultation.remind_at, consultation.reminded_at = reminder(consultation.asked_at, whole), None
    await record(
        tx,
        ConsultationExtended(
            application_id=consultation.application_id,
            consultation_id=consultation_id,
            days=consultation.more_days,
            ends_at=consultation.ends_at,
        ),
    )
    return consultation


async def cancel_consultation(tx: Tx, application_id: UUID, consultation_id: UUID) -> Consultation:
    """An officer no longer needs the answer; the link says so. Refused: "consultation_over"."""
    consultation, _application, _call = await lock_asked(tx, Consultation, consultation_id, application_id)
    consulting.may_cancel(state_of(consultation))
    await _cancel(tx, consultation)
    return consultation


async def _cancel(tx: Tx, consultation: Consultation) -> None:
    consultation.state, consultation.ended_at = ConsultationState.CANCELLED, tx.now
    await record(
        tx,
        ConsultationCancelled(application_id=consultation.application_id, consultation_id=consultation.id),
    )


@ends_with_the_application(
    "consultation", held="SELECT application_id FROM consultation WHERE state = 'open'"
)
async def cancel_consultations(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Nobody need answer any more."""
    query = select(Consultation).where(
        Consultation.application_id.in_(application_ids), Consultation.state == ConsultationState.OPEN
    )
    locked = query.order_by(Consultation.id).with_for_update(key_share=True)
    for consultation in await tx.session.scalars(locked.execution_options(populate_existing=True)):
        await _cancel(tx, consultation)


async def take_late_answer(tx: Tx, application_id: UUID, consultation_id: UUID) -> Consultation:
    """An officer lets a late answer count. Refused: "application_ended", as `may_take_late`."""
    consultation, application, call = await lock_asked(tx, Consultation, consultation_id, application_id)
    may_still_be_answered(application, call)
    consulting.may_take_late(
        state_of(consultation),
        answered_late=consultation.late_outcome is not None,
        decided=_decided(application, call),
    )
    consultation.state = consultation.late_outcome or ConsultationState.TACIT
    consultation.reason, consultation.responder = consultation.late_reason, consultation.late_responder
    consultation.late_taken_by, consultation.late_taken_at = tx.actor, tx.now
    await record(
        tx,
        LateAnswerTaken(
            application_id=application_id, consultation_id=consultation_id, outcome=consultation.state
        ),
    )
    return consultation


def _decided(application: Application, call: Call) -> bool:
    if application.track == "exception":
        return application.exception_decided_at is not None
    return call.decided_at is not None


async def answer_objection(
    tx: Tx, application_id: UUID, consultation_id: UUID, *, answer: str
) -> Consultation:
    """What the facility answers to an objection; it may be put better until the decision. The same once more by the same
    person changes nothing.

    Refused: as `may_answer_objection`, "call_decided", "application_ended".
    """
    consultation, application, call = await lock_asked(tx, Consultation, consultation_id, application_id)
    may_still_be_answered(application, call)
    consulting.may_answer_objection(state_of(consultation), answer)
    if _decided(application, call):
        refuse("call_decided")
    if (consultation.answer, consultation.answer_by) == (answer.strip(), tx.actor):
        return consultation
    consultation.answer, consultation.answer_by, consultation.answer_at = answer.strip(), tx.actor, tx.now
    await record(tx, ObjectionAnswered(application_id=application_id, consultation_id=consultation_id))
    return consultation


async def _end_tacitly(tx: Tx, consultation: Consultation) -> None:
    consultation.state, consultation.ended_at = ConsultationState.TACIT, consultation.ends_at
    await record(
        tx,
        ConsultationEndedTacitly(application_id=consultation.application_id, consultation_id=consultation.id),
        due_at=consultation.ends_at,
    )


@scheduled("applications: end consultations")
async def end_consultations_due(db: Database, now: datetime) -> int:
    """Take silence for consent wherever a period has ended, each in a transaction of its own, the earliest first. After an
    outage it catches up: each ended when it was due. Who was not asked is not silent: the period of an undelivered mail stands
    still, and begins anew once it got through."""
    over = and_(Consultation.ends_at <= now - consulting.GRACE, not_(undelivered(PURPOSE, Consultation.id)))
    late = delivered_after(PURPOSE, Consultation.id, Consultation.asked_at)
    due = (
        select(Consultation.id)
        .where(Consultation.state == ConsultationState.OPEN, or_(over, late))
        .order_by(Consultation.ends_at, Consultation.id)
    )
    return await one_by_one(db, now, due, _end)


async def _end(tx: Tx, consultation_id: UUID) -> bool:
    consultation, _application, _call = await lock_asked(tx, Consultation, consultation_id)
    # It may have been answered, or given more days, since the list was read.
    if consultation.state != ConsultationState.OPEN:
        return False
    asked = await consulted_since(tx, consultation)
    if asked is not None and asked > consultation.asked_at:
        await consult_anew(tx, consultation, asked)
        return True
    if asked is None or consultation.ends_at > tx.now - consulting.GRACE:
        return False
    await _end_tacitly(tx, consultation)
    return True


@scheduled("applications: remind consultees")
async def remind_consultees(db: Database, now: datetime) -> int:
    """Remind each once before its period ends; a period that has ended meanwhile needs no reminder."""
    due = (
        select(Consultation.id)
        .where(
            Consultation.state == ConsultationState.OPEN,
            Consultation.reminded_at.is_(None),
            Consultation.remind_at <= now,
            Consultation.ends_at > now,
            not_(undelivered(PURPOSE, Consultation.id)),
        )
        .order_by(Consultation.ends_at, Consultation.id)
    )
    return await one_by_one(db, now, due, _remind)


async def _remind(tx: Tx, consultation_id: UUID) -> bool:
    consultation, _application, _call = await lock_asked(tx, Consultation, consultation_id)
    waits = consultation.state == ConsultationState.OPEN and consultation.reminded_at is None
    if not waits or consultation.remind_at > tx.now or await is_undelivered(tx, PURPOSE, consultation_id):
        return False
    consultation.reminded_at = tx.now
    await record(
        tx,
        ConsultationReminded(application_id=consultation.application_id, consultation_id=consultation.id),
    )
    return True
