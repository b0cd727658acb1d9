"""What can happen to the ranking of a call once it is decided: a later version of it."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class RankingReopened(Event, frozen=True, kw_only=True):
    """An application of a decided call is assessed again, since a complaint about the decision was upheld, and a new version of the ranking
    is made. by_others: by others than before."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Version {version} of the ranking was begun, because of a complaint"

    call_id: UUID
    application_id: UUID
    complaint_id: UUID
    version: int
    by_others: bool


class VersionProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed the next version of the ranking to the authorising officer."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Version {version} of the ranking was proposed for decision"

    call_id: UUID
    version: int


class VersionDecided(Event, frozen=True, kw_only=True):
    """The next version of the ranking was decided, and stands from now on. changed: the applications on the reserve list that were assessed
    again, or have another place; below: those that left it, or were assessed again and got no place. root: of its bundle."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Version {version} of the ranking was decided"

    call_id: UUID
    version: int
    changed: list[UUID]
    below: list[UUID]
    root: str


class VersionClosed(Event, frozen=True, kw_only=True):
    """Nothing was left to rank anew, so the ranking stays as it is."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = (
        "Version {version} of the ranking was closed because nothing was left to rank again"
    )

    call_id: UUID
    version: int


class ReserveMoved(Event, frozen=True, kw_only=True):
    """An application has another place on the reserve list by a later version of the ranking."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "It has place {place} on the reserve list now"

    application_id: UUID
    call_id: UUID
    place: int
