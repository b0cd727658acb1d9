"""What can happen to a complaint."""

from typing import ClassVar, Literal
from uuid import UUID

from facility.awards.rules.complaints import About
from facility.events.base import Event


class ComplaintRegistered(Event, frozen=True, kw_only=True):
    """The lead complains of a decision; the complaint has this number in its call. What it says stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Complaint {number} was registered"
    by_link: ClassVar[bool] = True

    complaint_id: UUID
    application_id: UUID
    call_id: UUID
    number: int
    about: About


class ComplaintDecided(Event, frozen=True, kw_only=True):
    """Somebody who took no part in what is contested decided the complaint; why, stands in the row. reopened: what was contested
    is decided anew."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Complaint {number} was decided: {outcome}"

    complaint_id: UUID
    application_id: UUID
    call_id: UUID
    number: int
    outcome: Literal["upheld", "rejected"]
    reopened: bool
