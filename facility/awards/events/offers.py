"""What can happen to the offer of a part."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from facility.events.base import Event


class PartialOffered(Event, frozen=True, kw_only=True):
    """What is left was offered to an application on the reserve list, and is held for it until its lead answers."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "EUR {amount} of EUR {requested} was offered to the lead, until {ends_at}"

    partial_offer_id: UUID
    application_id: UUID
    call_id: UUID
    amount: Decimal
    requested: Decimal
    ends_at: datetime


class PartialOfferAskedAgain(Event, frozen=True, kw_only=True):
    """The mail with the offer had not got through: it was sent again, and the period began anew. corrected: at another address."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The offer was sent again, and can be answered until {ends_at}"

    partial_offer_id: UUID
    application_id: UUID
    ends_at: datetime
    corrected: bool


class PartialOfferReminded(Event, frozen=True, kw_only=True):
    """The lead was reminded to answer the offer."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead was reminded to answer the offer"

    partial_offer_id: UUID
    application_id: UUID


class PartialOfferEnded(Event, frozen=True, kw_only=True):
    """The lead accepted the offer or declined it, was silent, or the offer was no longer needed. Who answered stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The offer of EUR {amount} ended: {state}"

    partial_offer_id: UUID
    application_id: UUID
    call_id: UUID
    amount: Decimal
    state: Literal["accepted", "declined", "expired", "cancelled"]
