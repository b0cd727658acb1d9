"""Whom to ask next, and when an answer counts (scenarios/README, deployments)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from facility.periods import end_of_working_hours
from facility.refused import refuse


class InvitationStatus(StrEnum):
    """An invitation is open, or has ended in one of the other ways; cancelled is a yes taken back later, disowned one that somebody
    else gave in the expert's name, taken an open one whose seats others have filled, left one of an expert who has left the pool."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNAVAILABLE = "unavailable"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DISOWNED = "disowned"
    TAKEN = "taken"
    LEFT = "left"


STANDING = (InvitationStatus.OPEN, InvitationStatus.ACCEPTED)
"""An invitation that holds its seat: its expert may still answer, or has said yes."""


class DeclineReason(StrEnum):
    """Why an expert says no, as far as they choose to say."""

    DATES = "dates"
    EMPLOYER = "employer"
    FIELD = "field"
    CONFLICT = "conflict"
    PERSONAL = "personal"
    OTHER = "other"


class Next(msgspec.Struct, frozen=True):
    """Whom to ask now (None: the list has run out), and who is passed over for good on the way."""

    expert: str | None
    passed_over: tuple[str, ...]


def next_to_ask(waiting: Sequence[str], hindered: Collection[str]) -> Next:
    """Walk on from where the list stands; waiting are those neither asked nor passed over, in order.

    hindered are the experts who can't be asked now: booked by now on one of the deployment's days, for example.
    """
    for i, expert in enumerate(waiting):
        if expert not in hindered:
            return Next(expert, tuple(waiting[:i]))
    return Next(None, tuple(waiting))


def answer_by(invited_at: datetime, respond_within_hours: int, *, in_working_time: bool = False) -> datetime:
    """The last instant at which a reply counts, and the instant at which silence expires: elapsed hours, or those of working time."""
    if in_working_time:
        return end_of_working_hours(invited_at, respond_within_hours)
    return invited_at + timedelta(hours=respond_within_hours)


def remind_at(invited_at: datetime, respond_by: datetime, hours_before: int | None) -> datetime | None:
    """When to remind, so many hours before the time to answer is over; None where that is no later than the invitation."""
    at = respond_by - timedelta(hours=hours_before) if hours_before else invited_at
    return at if at > invited_at else None


def seats_to_ask_for(
    seats: int, at_once: int, filled: Collection[int], invited: Mapping[int, int]
) -> Iterator[int]:
    """For which seats somebody is to be asked now, one for each invitation, so that `at_once` experts are asked for each seat that is
    free. filled: seats with a yes; invited: open invitations by seat. An open invitation for a seat that is filled counts: whoever says
    yes gets another. One by one: there may be far more seats than anybody could be asked for."""
    wanted = (seats - len(filled)) * at_once - sum(invited.values())
    for turn in range(at_once):
        for seat in range(1, seats + 1):
            if wanted <= 0:
                return
            if seat not in filled and invited.get(seat, 0) <= turn:
                wanted -= 1
                yield seat


def seat_of_yes(own: int, seats: int, filled: Collection[int]) -> int | None:
    """Which seat a yes takes: that for which the expert was asked, or the first that is free. None: there is none."""
    if own not in filled:
        return own
    return next((seat for seat in range(1, seats + 1) if seat not in filled), None)


def may_decline(status: InvitationStatus, last_instant: datetime, at: datetime) -> None:
    """An open invitation is declined in time (Refused: "invitation_ended" with its status, or "expired")."""
    if status is not InvitationStatus.OPEN:
        refuse("invitation_ended", status=status.value)
    if at > last_instant:
        refuse("invitation_ended", status=InvitationStatus.EXPIRED.value)


def may_accept(
    status: InvitationStatus, last_instant: datetime, at: datetime, *, booked: bool, left: bool = False
) -> None:
    """As may_decline; besides, the expert has not left the pool, and is booked on none of the days (Refused: "booked_elsewhere")."""
    may_decline(status, last_instant, at)
    if left:
        refuse("invitation_ended", status=InvitationStatus.LEFT.value)
    if booked:
        refuse("booked_elsewhere")


def must_declare(*, required: bool, no_conflict: bool) -> None:
    """Where the request asks for it, a yes comes with the declaration that there is no conflict of interest (dossier 4).

    Refused: "conflict_undeclared" (invalid).
    """
    if required and not no_conflict:
        refuse("conflict_undeclared", kind="invalid", field="conflict")


MOST_PIN_TRIES = 5
"""How often a wrong PIN may be typed at one link."""


def may_try_pin(tries: int) -> None:
    """Refused: "pin_locked" where it was wrong too often at this link; the secretariat sends another."""
    if tries >= MOST_PIN_TRIES:
        refuse("pin_locked")


def needs_new_link(tries: int) -> None:
    """Refused: "link_stands" where the expert can still answer by the one that was sent."""
    if tries < MOST_PIN_TRIES:
        refuse("link_stands")


def may_disown(status: InvitationStatus, *, ended: bool, today: date, last_day: date) -> None:
    """A yes that somebody else gave ends up to the last day in Brussels, without a reason.

    Refused: "not_accepted", "deployment_ended", "too_late_to_cancel".
    """
    if status is not InvitationStatus.ACCEPTED:
        refuse("not_accepted", status=status.value)
    _goes_on(ended=ended, today=today, last_day=last_day)


def _goes_on(*, ended: bool, today: date, last_day: date) -> None:
    if ended:
        refuse("deployment_ended")
    if today > last_day:
        refuse("too_late_to_cancel")


def may_call_off(reason: str, *, ended: bool, today: date, last_day: date) -> None:
    """A request is called off with a reason, up to its last day in Brussels.

    Refused: "deployment_ended", "too_late_to_cancel", or "reason_missing" (invalid).
    """
    _goes_on(ended=ended, today=today, last_day=last_day)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_cancel(status: InvitationStatus, reason: str, *, ended: bool, today: date, last_day: date) -> None:
    """A yes is taken back with a reason, up to this day in Brussels, while the deployment has not ended.

    Refused: "not_accepted", "deployment_ended", "too_late_to_cancel", or "reason_missing" (invalid).
    """
    if status is not InvitationStatus.ACCEPTED:
        refuse("not_accepted", status=status.value)
    may_call_off(reason, ended=ended, today=today, last_day=last_day)
