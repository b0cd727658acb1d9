"""Letters about clarifications: to the lead with the link, and to the officer who asked."""

from facility.admission.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationAskedAgain,
    ClarificationCancelled,
    ClarificationLapsed,
    ClarificationReminded,
)
from facility.admission.models.clarification import Clarification
from facility.admission.service.asking import write_to_who_asked
from facility.admission.service.clarifications import CLARIFICATION
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.inquiries.kinds import Mailing
from facility.inquiries.service import send_link, send_reminder
from facility.web.i18n import N_


@reacts_to(ClarificationAsked, ClarificationAskedAgain)
async def ask_the_lead(tx: Tx, event: ClarificationAsked | ClarificationAskedAgain) -> None:
    await send_link(tx, CLARIFICATION, event.clarification_id)


@reacts_to(ClarificationReminded)
async def remind_the_lead(tx: Tx, event: ClarificationReminded) -> None:
    await send_reminder(tx, CLARIFICATION, event.clarification_id)


@reacts_to(ClarificationCancelled)
async def tell_the_lead_it_is_called_off(tx: Tx, event: ClarificationCancelled) -> None:
    """The answer is no longer needed; whoever has given it has nothing to do anyway."""
    clarification = await tx.get(Clarification, event.clarification_id)
    if not clarification.responder:
        await CLARIFICATION.write(tx, clarification, CLARIFICATION.calls_off, None)


@reacts_to(ClarificationAnswered, ClarificationLapsed)
async def tell_who_asked(tx: Tx, event: ClarificationAnswered | ClarificationLapsed) -> None:
    """The officer learns of the answer, or that none came."""
    clarification = await tx.get(Clarification, event.clarification_id)
    mailing = Mailing("admission/clarified", N_("Clarification of {reference}"))
    answered = isinstance(event, ClarificationAnswered)
    await write_to_who_asked(tx, clarification, mailing, answered=answered)
