"""What can happen to a call. (That its awards were decided is an event of the awards.)"""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from facility.events import Event


class CallDrafted(Event, frozen=True, kw_only=True):
    """A draft was written."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was drafted"
    call_id: UUID
    envelope_id: UUID


class CallDraftChanged(Event, frozen=True, kw_only=True):
    """A draft was rewritten; who did so can't publish it. `fields`: names of what changed."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The draft was changed"
    call_id: UUID
    envelope_id: UUID
    fields: list[str]


class CallPublished(Event, frozen=True, kw_only=True):
    """A second person published the call: its rules are frozen. `amount` in EUR; `series_id`: it is a batch of that call."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was published; its rules are frozen"
    call_id: UUID
    envelope_id: UUID
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    series_id: UUID | None = None


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
