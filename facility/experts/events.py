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
