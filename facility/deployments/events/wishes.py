"""What can happen to the experts that the lead of an activity asks for; it stands in the history of the activity."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class WishMade(Event, frozen=True, kw_only=True):
    """The lead of an activity asked the secretariat for experts."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The lead asked for experts, seats: {seats}"

    activity_id: UUID
    wish_id: UUID
    seats: int


class WishTakenBack(Event, frozen=True, kw_only=True):
    """The lead needs no experts."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The lead no longer asks for experts"

    activity_id: UUID
    wish_id: UUID


class WishRefused(Event, frozen=True, kw_only=True):
    """The secretariat asks no experts. The reason stands in the row."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The secretariat refused to ask for experts"

    activity_id: UUID
    wish_id: UUID


class WishTakenUp(Event, frozen=True, kw_only=True):
    """A request for experts was made for the activity, or made anew for its new days."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "A request for experts was made"

    activity_id: UUID
    wish_id: UUID
    deployment_id: UUID
