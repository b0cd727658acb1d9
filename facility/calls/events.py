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
    """A second person published the call: its rules are frozen. `amount` in EUR."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was published; its rules are frozen"
    call_id: UUID
    envelope_id: UUID
    opens_at: datetime
    closes_at: datetime
    amount: Decimal


class CallClosed(Event, frozen=True, kw_only=True):
    """The call's time was over. The event is due at the closing instant, whenever it was recorded."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call closed"
    call_id: UUID
