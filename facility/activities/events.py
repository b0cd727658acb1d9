"""What can happen to activities. They carry what indicator 10.1 needs, so that it follows from the log alone."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from facility.applications.rules.activities import ActivityKind
from facility.events.base import Event

EvidenceKind = Literal["agenda", "attendance_list", "report", "photos"]


class ActivityPlanned(Event, frozen=True, kw_only=True):
    """An activity was planned under an award."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was planned for {days}"

    activity_id: UUID
    application_id: UUID
    award_id: UUID
    kind: ActivityKind
    starts_on: date
    ends_on: date


class ActivityChanged(Event, frozen=True, kw_only=True):
    """Title or place were changed."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "Title or place were changed"

    activity_id: UUID


class ActivityPostponed(Event, frozen=True, kw_only=True):
    """The activity takes place on other days."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was moved to {days}"

    activity_id: UUID
    starts_on: date
    ends_on: date


class ActivityDaysCorrected(Event, frozen=True, kw_only=True):
    """The activity was held on other days than planned, as its report says."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was held on other days: {days}"

    activity_id: UUID
    starts_on: date
    ends_on: date


class ActivityCancelled(Event, frozen=True, kw_only=True):
    """The activity does not take place."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was cancelled"

    activity_id: UUID


class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """Who came was written down: people present by beneficiary code."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "Attendance was recorded"

    activity_id: UUID
    present: dict[str, int]


class EvidenceAttached(Event, frozen=True, kw_only=True):
    """A piece of evidence was handed in."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "Evidence was attached ({kind})"

    activity_id: UUID
    evidence_id: UUID
    kind: EvidenceKind


class EvidenceRemoved(Event, frozen=True, kw_only=True):
    """A piece of evidence was taken back."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "Evidence was removed ({kind})"

    activity_id: UUID
    evidence_id: UUID
    kind: EvidenceKind


class EvidenceRefused(Event, frozen=True, kw_only=True):
    """A document with a classification marking was refused; its hash stands in the row."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "A document with a classification marking was refused"

    activity_id: UUID
    refusal_id: UUID


class EvidenceInfected(Event, frozen=True, kw_only=True):
    """A document with a virus was refused; its hash stands in the row."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "A document with a virus was refused"

    activity_id: UUID
    refusal_id: UUID


class ActivityCompleted(Event, frozen=True, kw_only=True):
    """Somebody reported that the activity took place."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was reported as completed"

    activity_id: UUID


class ActivityVerified(Event, frozen=True, kw_only=True):
    """A second person verified it."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The activity was verified"

    activity_id: UUID


class VerificationUndone(Event, frozen=True, kw_only=True):
    """The verification was taken back, with a reason."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The verification was taken back"

    activity_id: UUID


class CompletionUndone(Event, frozen=True, kw_only=True):
    """The completion was taken back, with a reason."""

    subject: ClassVar[str] = "activity"
    sentence: ClassVar[str] = "The completion was taken back"

    activity_id: UUID
