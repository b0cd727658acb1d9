"""Consultations on an application that has come in: asked, answered, ended by silence."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from facility.admission.events import (
    ConsultationAnswered,
    ConsultationAskedAgain,
    ConsultationCancelled,
    ConsultationEndedTacitly,
    ConsultationExtended,
    ConsultationReminded,
    ConsultationStarted,
    LateAnswerTaken,
    ObjectionAnswered,
)
from facility.admission.models.consultation import Consultation, Consultee
from facility.admission.rules import consultation as consulting
from facility.admission.rules.asking import may_ask
from facility.admission.rules.consultation import ConsultationState
from facility.admission.service.asking import (
    CALLS_OFF,
    About,
    begin,
    cancel_with_the_application,
    lock_about,
    may_be_answered,
    run,
    write,
)
from facility.applications.service.editing import status_of
from facility.db import Database, Tx
from facility.events.schedule import scheduled
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import (
    end,
    end_silent,
    end_what_is_over,
    is_late,
    lock_to_answer,
    put,
    record_event,
    remind,
)
from facility.outbox.models import Link
from facility.refused import refuse
from facility.web.i18n import N_


def _begin(consultation: Consultation, about: About, at: datetime) -> None:
    """Begin the period, in which the consultee may ask for more days again."""
    consultation.extended_at = None
    begin(consultation, about, at)


async def _write_consultee(tx: Tx, consultation: Consultation, mailing: Mailing, link: Link | None) -> None:
    consultee = await tx.get(Consultee, consultation.consultee_id)
    more_days = 0 if consultation.extended_at else consultation.more_days
    await write(
        tx, consultation, mailing, link, to=consultee.email, to_name=consultee.name, more_days=more_days
    )


CONSULTATION = RemindingKind(
    table=Consultation,
    about="application_id",
    lock=lock_about,
    may_answer=may_be_answered,
    begin=_begin,
    write=_write_consultee,
    asks=Mailing("admission/consulted", N_("You are consulted on {reference}")),
    reminds=Mailing("admission/consulted_again", N_("Reminder: please answer on {reference}")),
    calls_off=CALLS_OFF,
    silent=ConsultationState.TACIT,
    asked_again=ConsultationAskedAgain,
    reminded=ConsultationReminded,
    ended_silent=ConsultationEndedTacitly,
    cancelled=ConsultationCancelled,
    over="consultation_over",
)
cancel_with_the_application(CONSULTATION, Consultation.state == ConsultationState.OPEN)


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

    Refused: as `may_ask` and `check_period`, "consultee_missing" (invalid), "consulted_already".
    """
    about = await lock_about(tx, application_id)
    may_ask(status_of(about.application), sealed=about.application.sealed, decided=about.decided)
    consulting.check_period(days, more_days)
    await _refuse_consultees(tx, application_id, consultee_ids)
    consultations = [
        put(
            tx,
            CONSULTATION,
            about,
            application_id=application_id,
            consultee_id=consultee_id,
            fingerprint=about.application.fingerprint,
            question=question.strip(),
            asked_by=tx.actor,
            days=days,
            more_days=more_days,
        )
        for consultee_id in dict.fromkeys(consultee_ids)
    ]
    for consultation in consultations:
        await record_event(tx, consultation, ConsultationStarted)
    return consultations


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


async def answer_consultation(
    tx: Tx, consultation_id: UUID, *, objects: bool, reason: str = "", name: str
) -> Consultation:
    """What the consultee says: no objection, or one with its reasons. After the period it is kept as a late answer.

    Refused: "application_ended", as `check_answer` and `may_answer`.
    """
    consulting.check_answer(objects=objects, reason=reason, name=name)
    consultation, _about = await lock_to_answer(tx, CONSULTATION, consultation_id)
    late = await is_late(tx, consultation)
    consulting.may_answer(
        _state(consultation), late=late, answered_late=consultation.late_outcome is not None
    )
    if late and consultation.state == ConsultationState.OPEN:
        await end_silent(tx, CONSULTATION, consultation)
    outcome = ConsultationState.OBJECTION if objects else ConsultationState.NO_OBJECTION
    objection = reason.strip() if objects else ""
    if late:
        consultation.late_outcome, consultation.late_reason = outcome, objection
        consultation.late_responder, consultation.late_at = name.strip(), tx.now
    else:
        end(tx, consultation, outcome)
        consultation.reason, consultation.responder = objection, name.strip()
    await record_event(tx, consultation, ConsultationAnswered, outcome=outcome, late=late)
    return consultation


def _state(consultation: Consultation) -> ConsultationState:
    return ConsultationState(consultation.state)


async def ask_for_more_days(tx: Tx, consultation_id: UUID) -> Consultation:
    """The consultee takes the further working days that were offered; counted from the end of the period.

    Refused: "application_ended", as `may_have_more`.
    """
    consultation, _about = await lock_to_answer(tx, CONSULTATION, consultation_id)
    consulting.may_have_more(
        _state(consultation),
        late=await is_late(tx, consultation),
        more_days=consultation.more_days,
        extended=consultation.extended_at is not None,
    )
    # The period is counted anew as one: what is asked, and what is added to it.
    run(consultation, consultation.days + consultation.more_days, consultation.asked_at)
    consultation.extended_at = tx.now
    await record_event(tx, consultation, ConsultationExtended, days=consultation.more_days)
    return consultation


async def take_late_answer(tx: Tx, application_id: UUID, consultation_id: UUID) -> Consultation:
    """An officer lets a late answer count. Refused: "application_ended", as `may_take_late`."""
    consultation, about = await lock_to_answer(tx, CONSULTATION, consultation_id, application_id)
    consulting.may_take_late(
        _state(consultation),
        answered_late=consultation.late_outcome is not None,
        decided=_decided(about),
    )
    consultation.state = consultation.late_outcome or ConsultationState.TACIT
    consultation.reason, consultation.responder = consultation.late_reason, consultation.late_responder
    consultation.late_taken_by, consultation.late_taken_at = tx.actor, tx.now
    await record_event(tx, consultation, LateAnswerTaken, outcome=consultation.state)
    return consultation


def _decided(about: About) -> bool:
    if about.application.track == "exception":
        return about.application.exception_decided_at is not None
    return about.decided


async def answer_objection(
    tx: Tx, application_id: UUID, consultation_id: UUID, *, answer: str
) -> Consultation:
    """What the facility answers to an objection; it may be put better until the decision. The same once more by the same
    person changes nothing.

    Refused: as `may_answer_objection`, "call_decided", "application_ended".
    """
    consultation, about = await lock_to_answer(tx, CONSULTATION, consultation_id, application_id)
    consulting.may_answer_objection(_state(consultation), answer)
    if _decided(about):
        refuse("call_decided")
    if (consultation.answer, consultation.answer_by) == (answer.strip(), tx.actor):
        return consultation
    consultation.answer, consultation.answer_by, consultation.answer_at = answer.strip(), tx.actor, tx.now
    await record_event(tx, consultation, ObjectionAnswered)
    return consultation


@scheduled("applications: end consultations")
async def end_consultations_due(db: Database, now: datetime) -> int:
    return await end_what_is_over(db, now, CONSULTATION)


@scheduled("applications: remind consultees")
async def remind_consultees(db: Database, now: datetime) -> int:
    return await remind(db, now, CONSULTATION)
