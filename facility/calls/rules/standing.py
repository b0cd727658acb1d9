"""Where a call stands, for people: computed from what is stored and from the clock, here and nowhere else."""

from datetime import datetime
from enum import StrEnum

import msgspec

from facility.refused import refuse


class CallState(StrEnum):
    """How far a call is. Whether it takes applications is a question of instants (rules.is_open), not of this."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    DECIDED = "decided"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """What a person would say about the call now."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    OPENED = "opened"
    EVALUATION = "evaluation"
    DECIDED = "decided"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class CallDates(msgspec.Struct, frozen=True, kw_only=True):
    """What the standing is computed from; instants in UTC.

    evaluating_since: when the first application was given to an assessor.
    """

    state: str
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None = None
    evaluating_since: datetime | None = None
    archived_at: datetime | None = None


def runs(state: str, closes_at: datetime, now: datetime) -> bool:
    """Published, and its deadline has not passed: it is open or will be. The deadline itself is still in time."""
    return state == CallState.PUBLISHED and now <= closes_at


def standing(call: CallDates, now: datetime) -> Standing:
    """Where the call stands at this instant: exactly at its deadline it is still open, a moment later closed, whether
    or not the scheduler has written that down."""
    if call.archived_at is not None:
        return Standing.ARCHIVED
    match call.state:
        case state if runs(state, call.closes_at, now):
            return Standing.COMING if now < call.opens_at else Standing.OPEN
        case CallState.PUBLISHED | CallState.CLOSED:
            return _after_closing(call)
    return Standing(call.state)


def _after_closing(call: CallDates) -> Standing:
    if call.evaluating_since is not None:
        return Standing.EVALUATION
    return Standing.CLOSED if call.opened_at is None else Standing.OPENED


def may_archive(state: str, archived_at: datetime | None) -> None:
    """Only what is decided or cancelled is put away (Refused: "not_over", "archived_already")."""
    if archived_at is not None:
        refuse("archived_already")
    if state not in (CallState.DECIDED, CallState.CANCELLED):
        refuse("not_over")


def may_take_from_archive(archived_at: datetime | None) -> None:
    """Refused: "not_archived"."""
    if archived_at is None:
        refuse("not_archived")
