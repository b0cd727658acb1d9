"""The periods of consultations and clarifications: whether they stand still, and how they begin anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from facility.admission.events import ClarificationAskedAgain, ConsultationAskedAgain
from facility.admission.models.clarification import Clarification
from facility.admission.models.consultation import Consultation
from facility.admission.queries.clarification import PURPOSE as OF_CLARIFICATIONS
from facility.admission.queries.consultation import PURPOSE as OF_CONSULTATIONS
from facility.admission.rules import consultation as consulting
from facility.admission.rules.clarification import ClarificationState
from facility.admission.rules.consultation import ConsultationState
from facility.admission.rules.working_days import end_of_period, reminder
from facility.applications.models.application import Application, Party
from facility.applications.queries.parts import track_of
from facility.applications.rules.ending import may_still_answer
from facility.applications.service.changes import lock_with_call, status_of
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Tx
from facility.events import record
from facility.outbox.asking import asked_since, is_undelivered, must_be_undelivered
from facility.outbox.links import revoke_links
from facility.refused import refuse


async def lock_asked[Asked: (Consultation, Clarification)](
    tx: Tx, kind: type[Asked], asked_id: UUID, application_id: UUID | None = None
) -> tuple[Asked, Application, Call]:
    """What was asked, locked after its application. Raises Refused (missing), also where it is another application's."""
    unlocked = await tx.get(kind, asked_id)
    if application_id is not None and unlocked.application_id != application_id:
        refuse("not_found", kind="missing", what=kind.__tablename__)
    application, call = await lock_with_call(tx, unlocked.application_id)
    return await tx.lock(kind, asked_id), application, call


def may_still_be_answered(application: Application, call: Call) -> None:
    may_still_answer(status_of(application), track_of(application), CallState(call.state))


def state_of(consultation: Consultation) -> ConsultationState:
    return ConsultationState(consultation.state)


async def is_late(tx: Tx, consultation: Consultation) -> bool:
    """Whether the period is over; it is not while the mail is undelivered, whichever way the link came."""
    late = consulting.is_late(tx.now, consultation.ends_at)
    if consultation.state != ConsultationState.OPEN:
        return late
    return late and await _period_ran(tx, OF_CONSULTATIONS, consultation)


async def _period_ran(tx: Tx, purpose: str, asked: Consultation | Clarification) -> bool:
    return await asked_since(tx, purpose, asked.id, asked.asked_at) == asked.asked_at


async def consulted_since(tx: Tx, consultation: Consultation) -> datetime | None:
    return await asked_since(tx, OF_CONSULTATIONS, consultation.id, consultation.asked_at)


async def ask_again(tx: Tx, application_id: UUID, consultation_id: UUID) -> Consultation:
    """An officer has the undelivered mail sent again, with a new link; the period begins anew.

    Refused: "application_ended", "consultation_over", "mail_got_through".
    """
    consultation, application, call = await lock_asked(tx, Consultation, consultation_id, application_id)
    may_still_be_answered(application, call)
    consulting.may_cancel(state_of(consultation))
    await must_be_undelivered(tx, OF_CONSULTATIONS, consultation_id)
    await _ask_consultee(tx, consultation)
    return consultation


async def ask_at_new_address(tx: Tx, consultee_id: UUID) -> None:
    """The consultee's address was corrected: whatever it has not answered is asked anew, and the links sent to the old one end."""
    query = select(Consultation.id).where(
        Consultation.consultee_id == consultee_id, Consultation.state == ConsultationState.OPEN
    )
    ordered = query.order_by(Consultation.application_id, Consultation.id)
    for consultation_id in (await tx.session.scalars(ordered)).all():
        consultation, _application, _call = await lock_asked(tx, Consultation, consultation_id)
        if consultation.state == ConsultationState.OPEN:
            await _ask_consultee(tx, consultation)


async def _ask_consultee(tx: Tx, consultation: Consultation) -> None:
    await revoke_links(tx, OF_CONSULTATIONS, consultation.id)
    await consult_anew(tx, consultation, tx.now)


async def consult_anew(tx: Tx, consultation: Consultation, at: datetime) -> None:
    """The whole period, from this instant on. Where there is no link, a reaction sends one."""
    _begin_anew(consultation, at)
    consultation.extended_at = None
    await record(
        tx,
        ConsultationAskedAgain(
            application_id=consultation.application_id,
            consultation_id=consultation.id,
            days=consultation.days,
            ends_at=consultation.ends_at,
        ),
    )


def _begin_anew(asked: Consultation | Clarification, at: datetime) -> None:
    asked.asked_at, asked.ends_at = at, end_of_period(at, asked.days)
    asked.remind_at, asked.reminded_at = reminder(at, asked.days), None


async def clarification_is_late(tx: Tx, clarification: Clarification) -> bool:
    """As `is_late`."""
    return tx.now >= clarification.ends_at and await _period_ran(tx, OF_CLARIFICATIONS, clarification)


async def clarified_since(tx: Tx, clarification: Clarification) -> datetime | None:
    return await asked_since(tx, OF_CLARIFICATIONS, clarification.id, clarification.asked_at)


async def ask_lead_again(tx: Tx, application_id: UUID, *, email: str) -> None:
    """An officer corrects the lead's address, or leaves it, and has undelivered questions sent again, with new links; at another
    address, all that are open. Their periods begin anew.

    Refused: not_found (missing), "application_ended", "mail_got_through" where nothing is undelivered.
    """
    application, call = await lock_with_call(tx, application_id)
    may_still_be_answered(application, call)
    asked = await _open_clarifications(tx, application_id)
    undelivered = [line for line in asked if await is_undelivered(tx, OF_CLARIFICATIONS, line.id)]
    if not undelivered:
        refuse("mail_got_through")
    query = select(Party.id).where(Party.application_id == application_id, Party.is_lead)
    lead = await tx.lock(Party, (await tx.session.scalars(query)).one())
    corrected = lead.contact_email != email
    lead.contact_email = email
    for clarification in asked if corrected else undelivered:
        await revoke_links(tx, OF_CLARIFICATIONS, clarification.id)
        await clarify_anew(tx, clarification, tx.now, corrected=corrected)


async def _open_clarifications(tx: Tx, application_id: UUID) -> Sequence[Clarification]:
    query = select(Clarification).where(
        Clarification.application_id == application_id, Clarification.state == ClarificationState.OPEN
    )
    locked = query.order_by(Clarification.id).with_for_update(key_share=True)
    return (await tx.session.scalars(locked.execution_options(populate_existing=True))).all()


async def clarify_anew(
    tx: Tx, clarification: Clarification, at: datetime, *, corrected: bool = False
) -> None:
    """As `consult_anew`. Corrected: the question goes to another address."""
    _begin_anew(clarification, at)
    await record(
        tx,
        ClarificationAskedAgain(
            application_id=clarification.application_id,
            clarification_id=clarification.id,
            days=clarification.days,
            ends_at=clarification.ends_at,
            corrected=corrected,
        ),
    )
