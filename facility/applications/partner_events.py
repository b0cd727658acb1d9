"""What can happen between the partners of an application and its lead. What they wrote stands in the rows named here."""

from typing import ClassVar
from uuid import UUID

from facility.events import Event


class PartFilledIn(Event, frozen=True, kw_only=True):
    """A party's own part was filled in, by itself or by the lead for it; `section` of the call's form."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A party’s own part was filled in"
    application_id: UUID
    party_id: UUID
    section: str


class PartnerAskedForChange(Event, frozen=True, kw_only=True):
    """A partner wants something changed; what, stands in the request's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner asked for a change"
    application_id: UUID
    party_id: UUID
    request_id: UUID


class ChangeAnswered(Event, frozen=True, kw_only=True):
    """The lead answered a request for a change: outcome is done or not_done."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead answered a request for a change"
    application_id: UUID
    party_id: UUID
    request_id: UUID
    outcome: str


class PartnerRemoved(Event, frozen=True, kw_only=True):
    """The lead took a partner out of the draft."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner was taken out of the draft"
    application_id: UUID
    party_id: UUID


class PartnerReplaced(Event, frozen=True, kw_only=True):
    """Another institution came in the place of a partner, whose row stays."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner was replaced by another"
    application_id: UUID
    party_id: UUID
    by_party_id: UUID


class PartnersNoLongerAsked(Event, frozen=True, kw_only=True):
    """The application ended while these partners had not answered; their links no longer work."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Partners that had not answered need not answer any more"
    application_id: UUID
    party_ids: list[UUID]


class PartnerReminded(Event, frozen=True, kw_only=True):
    """A partner that had not answered was reminded of the deadline, so many days before it."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner was reminded, {days} days before the deadline"
    application_id: UUID
    party_id: UUID
    days: int


class LeadToldWhoIsMissing(Event, frozen=True, kw_only=True):
    """The lead was told which partners have not confirmed, shortly before the deadline."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead was told which partners are missing"
    application_id: UUID
    party_ids: list[UUID]
