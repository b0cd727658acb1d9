"""Letters about clarifications: to the lead with the link, and to the officer who asked."""

from sqlalchemy import select

from facility.accounts.models import Person
from facility.admission.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationAskedAgain,
    ClarificationCancelled,
    ClarificationLapsed,
    ClarificationReminded,
)
from facility.admission.models.clarification import Clarification
from facility.admission.queries.clarification import PURPOSE
from facility.admission.rules.clarification import ClarificationState
from facility.admission.rules.working_days import last_day
from facility.admission.service.periods import clarify_anew, lock_asked
from facility.applications.models.application import Application, Party
from facility.db import Tx
from facility.events import reacts_to
from facility.outbox.links import live_link, make_link
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.filters import weekday
from facility.web.i18n import N_, Message, _, filled


async def _write_lead(
    tx: Tx, template: str, clarification: Clarification, subject: Message, link: Link | None
) -> None:
    """A letter to the lead's contact; whoever has given no address gets none. What is asked stands behind the link."""
    application = await tx.get(Application, clarification.application_id)
    query = select(Party).where(Party.application_id == application.id, Party.is_lead)
    lead = (await tx.session.scalars(query)).one()
    if not lead.contact_email:
        return
    await post(
        tx,
        template=f"admission/{template}",
        to=lead.contact_email,
        to_name=lead.contact_name,
        subject=filled(subject, reference=application.reference),
        subject_id=application.id,
        link=link,
        context={
            "reference": application.reference,
            "days": clarification.days,
            "last_day": weekday(last_day(clarification.ends_at)),
        },
    )


@reacts_to(ClarificationAsked, ClarificationAskedAgain)
async def ask_the_lead(tx: Tx, event: ClarificationAsked | ClarificationAskedAgain) -> None:
    """The lead gets a link. After an outage that was longer than the period, this begins now."""
    clarification, _application, _call = await lock_asked(tx, Clarification, event.clarification_id)
    if (
        clarification.state != ClarificationState.OPEN
        or await live_link(tx, PURPOSE, clarification.id) is not None
    ):
        return
    if tx.now >= clarification.ends_at:
        await clarify_anew(tx, clarification, tx.now)
    link = await make_link(tx, PURPOSE, clarification.id)
    await _write_lead(tx, "clarify", clarification, N_("A question on {reference}"), link)


@reacts_to(ClarificationReminded)
async def remind_the_lead(tx: Tx, event: ClarificationReminded) -> None:
    """The same link once more."""
    clarification = await tx.get(Clarification, event.clarification_id)
    if clarification.state == ClarificationState.OPEN:
        link = await live_link(tx, PURPOSE, clarification.id)
        await _write_lead(
            tx, "clarify_again", clarification, N_("Reminder: please answer on {reference}"), link
        )


@reacts_to(ClarificationCancelled)
async def tell_the_lead_it_is_called_off(tx: Tx, event: ClarificationCancelled) -> None:
    """The answer is no longer needed; whoever has given it has nothing to do anyway."""
    clarification = await tx.get(Clarification, event.clarification_id)
    if clarification.responder:
        return
    subject = N_("Your answer on {reference} is no longer needed")
    await _write_lead(tx, "consultation_cancelled", clarification, subject, None)


@reacts_to(ClarificationAnswered, ClarificationLapsed)
async def tell_who_asked(tx: Tx, event: ClarificationAnswered | ClarificationLapsed) -> None:
    """The officer learns of the answer, or that none came."""
    clarification = await tx.get(Clarification, event.clarification_id)
    if clarification.asked_by is None:
        return
    officer = await tx.get(Person, clarification.asked_by)
    application = await tx.get(Application, clarification.application_id)
    await post(
        tx,
        template="admission/clarified",
        to=officer.email,
        to_name=officer.name,
        subject=_("Clarification of {reference}", reference=application.reference),
        subject_id=application.id,
        context={
            "reference": application.reference,
            "answered": isinstance(event, ClarificationAnswered),
            "path": f"/applications/{application.id}/clarifications",
        },
    )
