"""What can happen to an application. Texts, names and reasons stand in the rows that these events name."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class ApplicationStarted(Event, frozen=True, kw_only=True):
    """An officer of the lead began a draft."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was started"
    application_id: UUID
    call_id: UUID
    track: str


class ApplicationChanged(Event, frozen=True, kw_only=True):
    """Answers of a draft changed: which ones, and the version that this made."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The draft was changed (version {version})"
    application_id: UUID
    fields: list[str]
    version: int


class PartyMoved(Event, frozen=True, kw_only=True):
    """An institution that takes part was on the list twice; the entry that stays stands in its place."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Two entries of an institution that takes part became one"
    application_id: UUID
    institution_id: UUID
    into_id: UUID


class PartnerInvited(Event, frozen=True, kw_only=True):
    """A partner was asked to confirm; any earlier link stopped working."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner was asked to confirm"
    application_id: UUID
    party_id: UUID


class PartnerConfirmed(Event, frozen=True, kw_only=True):
    """A partner confirmed this version, with a named signatory (in the party's row)."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner confirmed version {version}"
    by_link: ClassVar[bool] = True
    application_id: UUID
    party_id: UUID
    version: int


class PartnerDeclined(Event, frozen=True, kw_only=True):
    """A partner declined; the reason stands in the party's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner declined"
    by_link: ClassVar[bool] = True
    application_id: UUID
    party_id: UUID


class ConfirmationsVoided(Event, frozen=True, kw_only=True):
    """What these partners had confirmed was changed, so that they must confirm again."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The draft was changed, so that partners who had confirmed must confirm again"
    application_id: UUID
    party_ids: list[UUID]
    version: int


class DocumentAttached(Event, frozen=True, kw_only=True):
    """A document was added."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A document was attached"
    application_id: UUID
    document_id: UUID


class DocumentRemoved(Event, frozen=True, kw_only=True):
    """A document was taken out of the draft."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A document was removed"
    application_id: UUID
    document_id: UUID


class DocumentRefused(Event, frozen=True, kw_only=True):
    """A document with a classification marking was refused before it touched a disk (dossier 7)."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A document with a classification marking was refused"
    application_id: UUID
    refusal_id: UUID


class DocumentInfected(Event, frozen=True, kw_only=True):
    """A document with a virus was refused before it was stored."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A document with a virus was refused"
    application_id: UUID
    refusal_id: UUID


class RefusalsAcknowledged(Event, frozen=True, kw_only=True):
    """The lead goes on without the documents that were refused."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead goes on without the refused documents"
    application_id: UUID
    refusal_ids: list[UUID]


class ConsultationRecorded(Event, frozen=True, kw_only=True):
    """The consultation that the exception track asks for was written down."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The consultation was recorded"
    application_id: UUID


class ApplicationSubmitted(Event, frozen=True, kw_only=True):
    """Received at this instant; the fingerprint is the SHA-256 of the canonical snapshot. requested is in EUR."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was submitted"
    application_id: UUID
    call_id: UUID
    track: str
    received_at: datetime
    fingerprint: str
    requested: Decimal


class ChangesBegun(Event, frozen=True, kw_only=True):
    """The lead began to change what it had submitted; that stays valid until it submits again."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead began to change what it had submitted"
    application_id: UUID
    call_id: UUID


class ChangesDiscarded(Event, frozen=True, kw_only=True):
    """The changes were not submitted, so that the application says again what was submitted. closed: the call closed before
    they were; otherwise the lead discarded them."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Changes that had not been submitted were discarded"
    application_id: UUID
    call_id: UUID
    closed: bool


class ApplicationWithdrawn(Event, frozen=True, kw_only=True):
    """The lead withdrew before the decision."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was withdrawn"
    application_id: UUID
    call_id: UUID


class ApplicationTakenUp(Event, frozen=True, kw_only=True):
    """A withdrawn application became a draft again before the deadline."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was taken up again"
    application_id: UUID
    call_id: UUID


class PartnerLeft(Event, frozen=True, kw_only=True):
    """A partner left; on_board counts the distinct Western Balkans beneficiaries that stayed."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner left; beneficiaries still on board: {on_board}"
    application_id: UUID
    call_id: UUID
    party_id: UUID
    on_board: int


class LateSubmissionRefused(Event, frozen=True, kw_only=True):
    """Somebody tried to submit when the time was over; reasons are codes. `at`: when the request was there."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A submission at {at} was refused because the deadline had passed"
    application_id: UUID
    call_id: UUID
    at: datetime
    reasons: list[str]


class ApplicationCarriedOver(Event, frozen=True, kw_only=True):
    """A batch had no money for it, so it is ranked once more among those of the next batch (`call_id`)."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was carried over to the next batch"
    application_id: UUID
    from_call_id: UUID
    call_id: UUID


class PartFilledIn(Event, frozen=True, kw_only=True):
    """A party's own part was filled in, by itself or by the lead for it; `section` of the call's form."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A party’s own part was filled in"
    by_link: ClassVar[bool] = True
    application_id: UUID
    party_id: UUID
    section: str


class PartnerAskedForChange(Event, frozen=True, kw_only=True):
    """A partner wants something changed; what, stands in the request's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A partner asked for a change"
    by_link: ClassVar[bool] = True
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
    sentence: ClassVar[str] = "Partners that had not answered no longer need to answer"
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
