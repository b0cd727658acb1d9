"""What an administrator does to the machinery, so that the audit trail shows it too."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class MailQueuedAgain(Event, frozen=True, kw_only=True):
    """A mail that had been put aside after too many failures was put back in the queue."""

    subject: ClassVar[str] = "mail"
    sentence: ClassVar[str] = "A parked mail was put back in the queue"

    mail_id: UUID


class StepRunAgain(Event, frozen=True, kw_only=True):
    """Something that was due had failed; an administrator let it be tried again at once."""

    subject: ClassVar[str] = "failed_step"
    sentence: ClassVar[str] = "What was due and had failed was put back in the queue: {step}"

    failed_step_id: UUID
    step: str


class ReactionRunAgain(Event, frozen=True, kw_only=True):
    """What an event called for had failed too often; it was put back in the queue."""

    subject: ClassVar[str] = "event"
    sentence: ClassVar[str] = "What had been parked was put back in the queue: {reaction}"

    event_id: UUID
    reaction: str


class DocumentsCollected(Event, frozen=True, kw_only=True):
    """The store was looked through: what no row named for a day was deleted (`unreferenced`), and what had been removed so
    long ago that it is needed no more (`removed`); `bytes` of both together."""

    subject: ClassVar[str] = "collection"
    sentence: ClassVar[str] = (
        "The store of documents was cleared: {unreferenced} that nothing referred to, {removed} removed long ago"
    )

    collection_id: UUID
    looked_at: int
    unreferenced: int
    removed: int
    bytes: int
