"""When an activity is reported and verified, and when either is taken back (dossier 9)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from facility.activities.rules.counting import NEEDED_EVIDENCE, ActivityStatus
from facility.activities.rules.planning import PLANNED, day_mistakes
from facility.refused import Reason, refuse


def held_mistakes(
    held: tuple[date, date], planned: tuple[date, date], made_at: datetime, today: date
) -> Iterator[Reason]:
    """What is wrong with the first and the last day on which an activity is reported to have been held.

    An activity that began before its award, as it was planned, can be reported; it never counts.
    """
    if held != planned:
        yield from day_mistakes(*held, made_at)
    if held[1] > today:
        yield Reason("not_over_yet", "ends_on")


def report_gaps(present: Collection[int | None], kinds: Collection[str]) -> Iterator[Reason]:
    """What a report still lacks of what is verified and counted. present: people of each line of the attendance, None where
    not stated. Pages ask for it; the command reports without (scenarios/README)."""
    if not any(present):
        yield Reason("attendance_missing", "attendance")
    elif None in present:
        yield Reason("attendance_not_stated", "attendance")
    if not NEEDED_EVIDENCE.issubset(kinds):
        yield Reason("report_needs_evidence", "evidence")


def may_report(status: ActivityStatus) -> None:
    """Attendance and evidence are handed in until the activity is verified or called off (Refused: "wrong_status")."""
    if status in (ActivityStatus.CANCELLED, ActivityStatus.VERIFIED):
        refuse("wrong_status", status=status.value)


def may_complete(status: ActivityStatus, end: date, today: date) -> None:
    """A planned or postponed activity is completed from its last day on.

    Refused: "wrong_status", "not_over_yet".
    """
    if status not in PLANNED:
        refuse("wrong_status", status=status.value)
    if today < end:
        refuse("not_over_yet")


def may_verify[Person](status: ActivityStatus, involved: Collection[Person], verified_by: Person) -> None:
    """A completed activity is verified by somebody who has written nothing of what there is to verify: not its plan, not who
    came, no evidence, and not the report.

    Refused: "wrong_status", or "same_person" (forbidden).
    """
    if status is not ActivityStatus.COMPLETED:
        refuse("wrong_status", status=status.value)
    if verified_by in involved:
        refuse("same_person", kind="forbidden")


def may_reverse(status: ActivityStatus, reason: str) -> None:
    """A completion or a verification is taken back with a reason.

    Refused: "wrong_status", or "reason_missing" (invalid).
    """
    if status not in (ActivityStatus.COMPLETED, ActivityStatus.VERIFIED):
        refuse("wrong_status", status=status.value)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
