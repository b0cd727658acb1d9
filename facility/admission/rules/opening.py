"""Two people open a call together (FR24 Art. 152(3), dossier 2a 5 and 2d)."""

from datetime import datetime, timedelta

import msgspec

from facility.refused import refuse

SESSION = timedelta(hours=1)
"""How long an opening waits for its second person."""


class Received(msgspec.Struct, frozen=True):
    """An application on the list of an opening, without anything that it says. withdrawn_at: before the opening."""

    reference: str
    received_at: datetime
    fingerprint: str
    withdrawn_at: datetime | None = None


class Attempt(msgspec.Struct, frozen=True):
    """A submission that was tried when the time was over, and every reason for which it was refused."""

    reference: str
    at: datetime
    reasons: tuple[str, ...]


class OpeningList(msgspec.Struct, frozen=True):
    """What two people see when they open a call: what came in, in order of receipt, and what came too late, in order of
    time."""

    received: tuple[Received, ...]
    late: tuple[Attempt, ...] = ()

    @property
    def opened(self) -> tuple[Received, ...]:
        """Those that the opening unseals and that still stand."""
        return tuple(application for application in self.received if application.withdrawn_at is None)


class Minutes(msgspec.Struct, frozen=True):
    """What the minutes of an opening say; the fingerprint in the log covers it. Persons by name."""

    number: str
    call: str
    call_title: str
    closes_at: datetime
    started_by: str
    started_at: datetime
    confirmed_by: str
    confirmed_at: datetime
    listed: OpeningList


def may_start_opening[Person](
    closed_at: datetime | None,
    opened_at: datetime | None,
    *,
    running: Person | None,
    me: Person,
) -> None:
    """A closed call is opened once. `running`: who started a session that still waits for its second person.

    Whoever started it may start anew, with the list as it stands by then.
    Refused: "call_not_closed", "already_opened", "opening_under_way".
    """
    if closed_at is None:
        refuse("call_not_closed")
    if opened_at is not None:
        refuse("already_opened")
    if running is not None and running != me:
        refuse("opening_under_way")


def may_confirm_opening[Person](
    opened_at: datetime | None, started_by: Person, ends_at: datetime, *, me: Person, now: datetime
) -> None:
    """A second person opens the call with the one who started, while the session lasts (its last instant included).

    Refused: "already_opened", "opening_ended", "same_person" (forbidden).
    """
    if opened_at is not None:
        refuse("already_opened")
    if now > ends_at:
        refuse("opening_ended")
    if started_by == me:
        refuse("same_person", kind="forbidden")
