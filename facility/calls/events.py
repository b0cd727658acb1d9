"""What can happen to a call. (That its awards were decided is an event of the awards.)"""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class CallDrafted(Event, frozen=True, kw_only=True):
    """A draft was written."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was drafted"
    call_id: UUID
    envelope_id: UUID
    cloned_from: UUID | None = None


class CallDraftChanged(Event, frozen=True, kw_only=True):
    """A draft was rewritten; who did so can't publish it. `fields`: names of what changed."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The draft was changed"
    call_id: UUID
    envelope_id: UUID
    fields: list[str]


class CallPublished(Event, frozen=True, kw_only=True):
    """A second person published the call: its rules are frozen. `amount` in EUR; `series_id`: it is a batch of that call; `lot`:
    SHA-256 of the seed that breaks its last ties, where a lot does."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was published; its rules are frozen"
    call_id: UUID
    envelope_id: UUID
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    series_id: UUID | None = None
    lot: str | None = None


class CallClosed(Event, frozen=True, kw_only=True):
    """The call's time was over. The event is due at the closing instant, whenever it was recorded."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call closed"
    call_id: UUID


class DecisionHalfTime(Event, frozen=True, kw_only=True):
    """Half of the time in which an urgent application is to be decided is over."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Half of the time for the urgent decision was over"
    call_id: UUID
    decide_by: datetime


class DecisionOverdue(Event, frozen=True, kw_only=True):
    """The time in which an urgent application was to be decided is over, and it is not decided."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The urgent decision is overdue; it was due at {decide_by}"
    call_id: UUID
    decide_by: datetime


class CorrigendumDrafted(Event, frozen=True, kw_only=True):
    """A corrigendum was drafted or rewritten; who did so can't publish it. `fields`: names of what it changes."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "A corrigendum was drafted"
    call_id: UUID
    number: int
    fields: list[str]


class CorrigendumDropped(Event, frozen=True, kw_only=True):
    """The draft of a corrigendum was deleted."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The draft of the corrigendum was deleted"
    call_id: UUID
    number: int


class CallCorrected(Event, frozen=True, kw_only=True):
    """A second person published a corrigendum: the version with this number is in force. The closing instant and the
    amount (EUR) are those of the version, changed or not."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "A corrigendum was published; version {number} is in force"
    call_id: UUID
    number: int
    fields: list[str]
    closes_at: datetime
    amount: Decimal


class CancellationAsked(Event, frozen=True, kw_only=True):
    """Somebody asked that the call be cancelled; another person decides."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Cancellation of the call was requested"
    call_id: UUID
    cancellation_id: UUID


class CancellationDropped(Event, frozen=True, kw_only=True):
    """The request to cancel the call was taken back or refused."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The request to cancel the call was dropped"
    call_id: UUID
    cancellation_id: UUID


class CallCancelled(Event, frozen=True, kw_only=True):
    """A second person confirmed it: the call is cancelled, nothing is taken in or judged any more."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was cancelled"
    call_id: UUID
    cancellation_id: UUID


class CallArchived(Event, frozen=True, kw_only=True):
    """The call, decided or cancelled, was put away."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was archived"
    call_id: UUID


class CallTakenFromArchive(Event, frozen=True, kw_only=True):
    """The call is in the lists again."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was taken out of the archive"
    call_id: UUID


class QuestionAsked(Event, frozen=True, kw_only=True):
    """Somebody asked about the call. Who it was stands in the row, for the secretariat alone: also as who acted."""

    subject: ClassVar[str] = "question"
    sentence: ClassVar[str] = "Question {number} was asked"
    question_id: UUID
    call_id: UUID
    number: int


class AnswerPublished(Event, frozen=True, kw_only=True):
    """A question and its answer were published, or a later version of them."""

    subject: ClassVar[str] = "question"
    sentence: ClassVar[str] = "The answer was published, version {version}"
    question_id: UUID
    call_id: UUID
    version: int


class QuestionSetAside(Event, frozen=True, kw_only=True):
    """A question stays unanswered, for a reason that its asker is told."""

    subject: ClassVar[str] = "question"
    sentence: ClassVar[str] = "The question was set aside"
    question_id: UUID
    call_id: UUID
