"""The shape of an event, and the registry of all kinds."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every kind of event.

    A subclass is named in the past tense, sets `subject` (the kind of thing it happened to, glossary name in lower
    case) and has a field `<subject>_id`. The subject is also the name of the table where it stands; rows of such a table
    are never deleted, and reconcile looks for them. Fields hold ids, amounts, instants and choices, never names, addresses
    or free text: these stand in rows that the event names, so that a person can be forgotten without breaking
    the hash chain. `sentence` says it for the history; it may use the fields in braces ("awarded EUR {amount}"). `by_link`: people do it with a
    link from a mail, without signing in; without an actor the facility has done anything else by itself.
    """

    subject: ClassVar[str] = ""
    sentence: ClassVar[str] = ""
    by_link: ClassVar[bool] = False

    @property
    def subject_id(self) -> UUID:
        """The id of the thing that it happened to."""
        value: UUID = getattr(self, f"{self.subject}_id")
        return value

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__name__ in KINDS:
            raise TypeError(f"two kinds of event are named {cls.__name__}")
        KINDS[cls.__name__] = cls


KINDS: dict[str, type[Event]] = {}
"""Every kind of event by its name, as it stands in the log."""


class Recorded(msgspec.Struct, frozen=True):
    """An event as the log holds it. `position` is its place in the order that projections follow."""

    id: UUID
    position: int | None
    event: Event
    version: int
    actor_id: UUID | None
    due_at: datetime
    recorded_at: datetime
    correlation_id: UUID
    causation_id: UUID | None


def kind_of(event: Event) -> str:
    """The name of its kind as it stands in the log."""
    return type(event).__name__


def to_data(event: Event) -> dict[str, Any]:
    """The fields as JSON values: UUIDs, instants and decimals as strings."""
    data: dict[str, Any] = msgspec.to_builtins(event)
    return data


def from_data(kind: str, data: dict[str, Any]) -> Event:
    """The event again. Decimals come back exactly, since they were written as strings."""
    return msgspec.convert(data, KINDS[kind], strict=False)
