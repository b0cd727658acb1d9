"""Money that is held in an envelope for an open offer. The envelope's lock is held throughout."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.awards.events.offers import PartialOfferEnded
from facility.awards.models.offer import OfferState, PartialOffer
from facility.contracts.models import Envelope
from facility.db import Tx
from facility.inquiries.service import end, record_event


def hold(envelope: Envelope, amount: Decimal) -> None:
    """So many EUR are for an offer from now on."""
    envelope.held += amount


def release(tx: Tx, envelope: Envelope, offer: PartialOffer, state: OfferState) -> None:
    """The locked offer ends in this state, and its money is held no more; the caller records it."""
    end(tx, offer, state)
    envelope.held -= offer.amount


async def cancel_offer(tx: Tx, envelope: Envelope, application_id: UUID) -> None:
    """An offer to the application is no longer needed, where one is open: it leaves the reserve list, or gets what it requests."""
    query = select(PartialOffer).filter_by(application_id=application_id, state=OfferState.OPEN)
    locked = query.with_for_update().execution_options(populate_existing=True)
    if offer := (await tx.session.scalars(locked)).first():
        release(tx, envelope, offer, OfferState.CANCELLED)
        await tx.flush()
        await record_event(tx, offer, PartialOfferEnded)
