"""Letters about consultations: to consultees with their link, and to the officer who asked."""

from sqlalchemy import select

from facility.admission.events import (
    ConsultationAnswered,
    ConsultationAskedAgain,
    ConsultationCancelled,
    ConsultationEndedTacitly,
    ConsultationExtended,
    ConsultationReminded,
    ConsultationStarted,
    ConsulteeChanged,
)
from facility.admission.models.consultation import Consultation, Consultee
from facility.admission.rules.consultation import ConsultationState
from facility.admission.service.asking import write_to_who_asked
from facility.admission.service.consultations import CONSULTATION
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.inquiries.kinds import Mailing
from facility.inquiries.service import ask_at_new_address, send_link, send_reminder
from facility.web.i18n import N_


@reacts_to(ConsultationStarted, ConsultationAskedAgain)
async def ask_the_consultee(tx: Tx, event: ConsultationStarted | ConsultationAskedAgain) -> None:
    await send_link(tx, CONSULTATION, event.consultation_id)


@reacts_to(ConsulteeChanged)
async def ask_at_the_new_address(tx: Tx, event: ConsulteeChanged) -> None:
    """Every open question to the consultee is asked again at the corrected address."""
    if "email" in event.fields:
        await ask_at_new_address(tx, CONSULTATION, Consultation.consultee_id == event.consultee_id)


@reacts_to(ConsultationReminded)
async def remind_the_consultee(tx: Tx, event: ConsultationReminded) -> None:
    await send_reminder(tx, CONSULTATION, event.consultation_id)


@reacts_to(ConsultationCancelled)
async def tell_the_consultee(tx: Tx, event: ConsultationCancelled) -> None:
    consultation = await tx.get(Consultation, event.consultation_id)
    await CONSULTATION.write(tx, consultation, CONSULTATION.calls_off, None)


@reacts_to(ConsultationAnswered, ConsultationExtended, ConsultationEndedTacitly)
async def tell_the_officer(
    tx: Tx, event: ConsultationAnswered | ConsultationExtended | ConsultationEndedTacitly
) -> None:
    """Who asked learns what came of it; consent, only once nobody is waited for."""
    consultation = await tx.get(Consultation, event.consultation_id)
    running = await tx.session.scalar(
        select(Consultation.id)
        .where(
            Consultation.application_id == consultation.application_id,
            Consultation.state == ConsultationState.OPEN,
        )
        .limit(1)
    )
    over = running is None
    if news := _news(event, over=over):
        consultee = await tx.get(Consultee, consultation.consultee_id)
        mailing = Mailing("admission/consultation_news", N_("Consultation on {reference}"))
        await write_to_who_asked(tx, consultation, mailing, consultee=consultee.name, news=news, over=over)


def _news(
    event: ConsultationAnswered | ConsultationExtended | ConsultationEndedTacitly, *, over: bool
) -> str:
    """A word for the letter's template; "" where there is no need to write."""
    match event:
        case ConsultationExtended():
            return "extended"
        case ConsultationAnswered(late=True):
            return "late"
        case ConsultationAnswered(outcome=ConsultationState.OBJECTION.value):
            return "objection"
        case ConsultationAnswered():
            return "no_objection" if over else ""
        case ConsultationEndedTacitly():
            return "tacit" if over else ""
