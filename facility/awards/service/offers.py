"""Offering what is left of the money to the first application that it is not enough for: asked, answered, silent. Lock order:
envelope, call, application, offer."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from facility.applications.models.application import Application, Party
from facility.applications.service.editing import lead_of
from facility.awards.events.offers import (
    PartialOfferAskedAgain,
    PartialOffered,
    PartialOfferEnded,
    PartialOfferReminded,
)
from facility.awards.models.offer import OfferState, PartialOffer
from facility.awards.service.ending import serve_envelope
from facility.awards.service.held_money import hold, release
from facility.awards.service.news import lead_contact
from facility.awards.service.reserve import activate
from facility.awards.service.shared import lock_money
from facility.calls.models.call import Call
from facility.calls.service.reading import after_decision_of
from facility.contracts.models import Envelope
from facility.db import Database, Tx
from facility.events.schedule import scheduled
from facility.inquiries.delivery import is_undelivered
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import (
    Locked,
    ask_anew,
    end_what_is_over,
    lock_in_time,
    lock_to_answer,
    put,
    record_event,
    remind,
)
from facility.money import format_eur
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.periods import last_day, last_of_days, reminder_before
from facility.refused import Reason, refuse, refuse_if
from facility.web.filters import weekday
from facility.web.i18n import N_, filled
from facility.zone import brussels_midnight


class About(NamedTuple):
    """What is offered to, and out of what, all locked."""

    envelope: Envelope
    call: Call
    application: Application


async def _lock(tx: Tx, application_id: UUID) -> About:
    envelope, call = await lock_money(tx, (await tx.get(Application, application_id)).call_id)
    return About(envelope, call, await tx.lock(Application, application_id))


def _begin(row: PartialOffer, _about: About, at: datetime) -> None:
    """The period in calendar days that begins at this instant, and the reminder before its last day."""
    last = last_of_days(at, row.days)
    row.asked_at, row.ends_at = at, brussels_midnight(last + timedelta(days=1))
    row.remind_at, row.reminded_at = reminder_before(last, at), None


async def _write(tx: Tx, offer: PartialOffer, mailing: Mailing, link: Link | None) -> None:
    """To the lead's contact; whoever has given no address answers on the page."""
    lead = await lead_contact(tx, offer.application_id)
    if lead.contact_email:
        await post(
            tx,
            template=mailing.template,
            to=lead.contact_email,
            to_name=lead.contact_name,
            subject=filled(mailing.subject, reference=lead.reference),
            subject_id=offer.application_id,
            link=link,
            context={
                "reference": lead.reference,
                "amount": format_eur(offer.amount),
                "requested": format_eur(offer.requested),
                "last_day": weekday(last_day(offer.ends_at)),
                "path": f"/applications/{offer.application_id}/offer",
            },
        )


async def _serve(tx: Tx, _offer: PartialOffer, about: About) -> None:
    await serve_envelope(tx, about.envelope.id, first=about.call.id)


async def _after_silence(tx: Tx, offer: PartialOffer, about: About) -> None:
    """What was held comes free, and the reserve list is served as it would have been without the offer."""
    about.envelope.held -= offer.amount
    await _serve(tx, offer, about)


OFFER = RemindingKind(
    table=PartialOffer,
    about="application_id",
    lock=_lock,
    begin=_begin,
    write=_write,
    asks=Mailing("awards/partial_offer", N_("Offer of a part of what you request: {reference}")),
    reminds=Mailing("awards/partial_offer_again", N_("Reminder: please answer the offer on {reference}")),
    asked_again=PartialOfferAskedAgain,
    reminded=PartialOfferReminded,
    silent=OfferState.EXPIRED,
    calls_off=Mailing("awards/partial_offer_cancelled", N_("The offer on {reference} is no longer open")),
    ended_silent=PartialOfferEnded,
    cancelled=PartialOfferEnded,
    after_silence=_after_silence,
    over="offer_over",
)


async def make_offer(
    tx: Tx, envelope: Envelope, call: Call, application: Application, amount: Decimal
) -> PartialOffer:
    """Offer the lead of an application on the reserve list so many EUR; they are held in the locked envelope until it answers."""
    days = after_decision_of(call).offer_days
    assert days is not None, "only a call that says for how long offers a part"
    offer = put(
        tx,
        OFFER,
        About(envelope, call, application),
        application_id=application.id,
        call_id=call.id,
        amount=amount,
        requested=application.requested,
        days=days,
    )
    hold(envelope, amount)
    await tx.flush()
    await record_event(tx, offer, PartialOffered)
    return offer


async def answer_offer(tx: Tx, offer_id: UUID, *, accepts: bool, name: str) -> list[UUID]:
    """The lead takes the part, which becomes its award, or declines and keeps its place on the reserve list; once, in the period.
    What comes free serves the reserve. Returns the applications that got an award by it.

    Refused: "offer_over", "responder_missing" (invalid).
    """
    refuse_if([] if name.strip() else [Reason("responder_missing", "name")])
    offer, about = await lock_in_time(tx, OFFER, offer_id)
    release(tx, about.envelope, offer, OfferState.ACCEPTED if accepts else OfferState.DECLINED)
    offer.responder, offer.answered_by = name.strip(), tx.actor
    await tx.flush()
    await record_event(tx, offer, PartialOfferEnded)
    made = []
    if accepts:
        award = await activate(tx, about.envelope, about.application, amount=offer.amount)
        made.append(award.application_id)
    return [*made, *await serve_envelope(tx, about.envelope.id, first=about.call.id)]


async def offer_again(tx: Tx, application_id: UUID, offer_id: UUID, *, email: str) -> None:
    """Somebody of the secretariat corrects the lead's address, or leaves it, and has an undelivered offer sent again with a new link;
    its period begins anew.

    Refused: not_found (missing), "offer_over", "mail_got_through".
    """
    locked = await lock_to_answer(tx, OFFER, offer_id, application_id)
    if locked.row.state != OfferState.OPEN:
        refuse("offer_over")
    lead = await tx.lock(Party, await lead_of(tx, application_id))
    corrected = lead.contact_email != email
    if not corrected and not await is_undelivered(tx, locked.row):
        refuse("mail_got_through")
    lead.contact_email = email
    await ask_anew(tx, OFFER, Locked(locked.row, locked.subject), corrected=corrected)


@scheduled("awards: end offers")
async def end_offers_due(db: Database, now: datetime) -> int:
    return await end_what_is_over(db, now, OFFER)


@scheduled("awards: remind of offers")
async def remind_of_offers(db: Database, now: datetime) -> int:
    return await remind(db, now, OFFER)
