"""Letters about consultations: to consultees with their link, and to the officer who asked."""

from sqlalchemy import select

from facility.accounts.models import Person
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
from facility.admission.queries.consultation import PURPOSE
from facility.admission.rules.consultation import ConsultationState, is_late
from facility.admission.rules.working_days import last_day
from facility.admission.service.periods import (
    ask_at_new_address,
    consult_anew,
    lock_asked,
)
from facility.applications.models.application import Application
from facility.db import Tx
from facility.events import reacts_to
from facility.outbox.links import live_link, make_link
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.filters import weekday
from facility.web.i18n import N_, Message, _, filled


async def _write(
    tx: Tx, template: str, consultation: Consultation, subject: Message, *, link: Link | None = None
) -> None:
    """A letter to the consultee. It names the application by its reference alone: what it is about stands behind the link."""
    consultee = await tx.get(Consultee, consultation.consultee_id)
    application = await tx.get(Application, consultation.application_id)
    await post(
        tx,
        template=f"admission/{template}",
        to=consultee.email,
        to_name=consultee.name,
        subject=filled(subject, reference=application.reference),
        subject_id=application.id,
        link=link,
        context={
            "reference": application.reference,
            "days": consultation.days,
            "more_days": 0 if consultation.extended_at else consultation.more_days,
            "last_day": weekday(last_day(consultation.ends_at)),
        },
    )


@reacts_to(ConsultationStarted, ConsultationAskedAgain)
async def ask_the_consultee(tx: Tx, event: ConsultationStarted | ConsultationAskedAgain) -> None:
    """The consultee gets a link of its own. After an outage that was longer than the period, this begins now."""
    consultation, _application, _call = await lock_asked(tx, Consultation, event.consultation_id)
    if (
        consultation.state != ConsultationState.OPEN
        or await live_link(tx, PURPOSE, consultation.id) is not None
    ):
        return
    if is_late(tx.now, consultation.ends_at):
        await consult_anew(tx, consultation, tx.now)
    link = await make_link(tx, PURPOSE, consultation.id)
    await _write(tx, "consulted", consultation, N_("You are consulted on {reference}"), link=link)


@reacts_to(ConsulteeChanged)
async def ask_at_the_new_address(tx: Tx, event: ConsulteeChanged) -> None:
    """Nobody was asked at an address that is corrected only now."""
    if "email" in event.fields:
        await ask_at_new_address(tx, event.consultee_id)


@reacts_to(ConsultationReminded)
async def remind_the_consultee(tx: Tx, event: ConsultationReminded) -> None:
    """The same link once more, before the period ends."""
    consultation = await tx.get(Consultation, event.consultation_id)
    if consultation.state == ConsultationState.OPEN:
        link = await live_link(tx, PURPOSE, consultation.id)
        await _write(
            tx, "consulted_again", consultation, N_("Reminder: please answer on {reference}"), link=link
        )


@reacts_to(ConsultationCancelled)
async def tell_the_consultee(tx: Tx, event: ConsultationCancelled) -> None:
    consultation = await tx.get(Consultation, event.consultation_id)
    await _write(
        tx, "consultation_cancelled", consultation, N_("Your answer on {reference} is no longer needed")
    )


@reacts_to(ConsultationAnswered, ConsultationExtended, ConsultationEndedTacitly)
async def tell_the_officer(
    tx: Tx, event: ConsultationAnswered | ConsultationExtended | ConsultationEndedTacitly
) -> None:
    """Who asked learns what came of it; consent, only once nobody is waited for."""
    consultation = await tx.get(Consultation, event.consultation_id)
    officer = await tx.get(Person, consultation.asked_by) if consultation.asked_by else None
    running = await tx.session.scalar(
        select(Consultation.id)
        .where(
            Consultation.application_id == consultation.application_id,
            Consultation.state == ConsultationState.OPEN,
        )
        .limit(1)
    )
    if officer is None or not (news := _news(event, over=running is None)):
        return
    application = await tx.get(Application, consultation.application_id)
    consultee = await tx.get(Consultee, consultation.consultee_id)
    await post(
        tx,
        template="admission/consultation_news",
        to=officer.email,
        to_name=officer.name,
        subject=_("Consultation on {reference}", reference=application.reference),
        subject_id=application.id,
        context={
            "reference": application.reference,
            "consultee": consultee.name,
            "news": news,
            "over": running is None,
            "last_day": weekday(last_day(consultation.ends_at)),
            "path": f"/applications/{application.id}/consultations",
        },
    )


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
