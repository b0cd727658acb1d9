"""What can happen to the pool of experts."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class ExpertRegistered(Event, frozen=True, kw_only=True):
    """An expert was entered into the pool."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was entered into the pool"

    expert_id: UUID


class ExpertChanged(Event, frozen=True, kw_only=True):
    """The expert's profile was changed; `fields` names what."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The profile was changed ({fields})"

    expert_id: UUID
    fields: list[str]


class ExpertBooked(Event, frozen=True, kw_only=True):
    """The expert is taken for these days, both included."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was booked from {starts_on} to {ends_on}"

    expert_id: UUID
    deployment_id: UUID
    starts_on: date
    ends_on: date


class BookingReleased(Event, frozen=True, kw_only=True):
    """The expert's days for this deployment are free again."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The booking was released"

    expert_id: UUID
    deployment_id: UUID


class CandidateNominated(Event, frozen=True, kw_only=True):
    """An authority nominated an expert, who is asked to fill in the form."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "An authority nominated the candidate"

    candidacy_id: UUID


class CandidacySent(Event, frozen=True, kw_only=True):
    """The candidate stated what they know, and agreed to this version of the privacy notice."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate sent the form and agreed to the privacy notice of {notice}"

    candidacy_id: UUID
    notice: date


class CandidateValidated(Event, frozen=True, kw_only=True):
    """The candidate joined the pool."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate was validated"

    candidacy_id: UUID
    expert_id: UUID


class CandidateRefused(Event, frozen=True, kw_only=True):
    """The candidate does not join the pool."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate was refused"

    candidacy_id: UUID


class NoticeAgreed(Event, frozen=True, kw_only=True):
    """The expert agreed to this version of the privacy notice."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert agreed to the privacy notice of {notice}"

    expert_id: UUID
    notice: date


class ProfileLinkSent(Event, frozen=True, kw_only=True):
    """The expert gets a link by which to keep the profile."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "A link to the profile was sent"

    expert_id: UUID


class ProfileLinkEnded(Event, frozen=True, kw_only=True):
    """The link to the profile opens nothing any more."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The link to the profile was ended"

    expert_id: UUID
