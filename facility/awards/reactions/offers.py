"""What the lead hears of an offer of a part."""

from facility.awards.events.offers import (
    PartialOfferAskedAgain,
    PartialOffered,
    PartialOfferEnded,
    PartialOfferReminded,
)
from facility.awards.models.offer import PartialOffer
from facility.awards.service.news import lead_contact, write_to_lead
from facility.awards.service.offers import OFFER
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.inquiries.service import send_link, send_reminder
from facility.money import format_eur
from facility.web.i18n import _


@reacts_to(PartialOffered, PartialOfferAskedAgain)
async def ask_the_lead(tx: Tx, event: PartialOffered | PartialOfferAskedAgain) -> None:
    await send_link(tx, OFFER, event.partial_offer_id)


@reacts_to(PartialOfferReminded)
async def remind_the_lead(tx: Tx, event: PartialOfferReminded) -> None:
    await send_reminder(tx, OFFER, event.partial_offer_id)


@reacts_to(PartialOfferEnded)
async def tell_how_it_ended(tx: Tx, event: PartialOfferEnded) -> None:
    """Whoever accepted gets the letter on the award."""
    if event.state == "cancelled":
        offer = await tx.get(PartialOffer, event.partial_offer_id)
        await OFFER.write(tx, offer, OFFER.calls_off, None)
    elif event.state != "accepted":
        lead = await lead_contact(tx, event.application_id)
        subject = _("The offer on {reference} has ended", reference=lead.reference)
        context = {"state": event.state, "amount": format_eur(event.amount)}
        await write_to_lead(tx, lead, event.application_id, "awards/partial_offer_ended", subject, **context)
