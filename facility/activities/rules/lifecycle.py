"""When an activity is planned, moved, called off, reported and verified (dossier 9)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from facility.activities.rules.counting import NEEDED_EVIDENCE, ActivityStatus, AwardLife, standing
from facility.refused import Reason, refuse
from facility.zone import BRUSSELS, brussels_midnight


def may_plan(start: date, end: date, award: AwardLife | None, at: datetime) -> None:
    """An activity is planned under a standing award.

    Refused: "not_funded", or "ends_before_it_starts" (invalid).
    """
    if start > end:
        refuse("ends_before_it_starts", kind="invalid", field="ends_on")
    if not standing(award, at):
        refuse("not_funded")


def day_mistakes(start: date, end: date, made_at: datetime) -> Iterator[Reason]:
    """What pages say of an activity's days, at their fields: in their order, and borne by the award (dossier 9).

    The commands let an activity begin before its award; it then never counts (scenarios/README).
    """
    if start > end:
        yield Reason("ends_before_it_starts", "ends_on")
    if brussels_midnight(start) < made_at:
        first = made_at.astimezone(BRUSSELS).date() + timedelta(days=1)
        yield Reason("before_the_award", "starts_on", {"first": first.isoformat()})


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


PLANNED = (ActivityStatus.PLANNED, ActivityStatus.POSTPONED)
"""Before anybody reports."""


def may_change(status: ActivityStatus) -> None:
    """Only what has not been reported yet is changed (Refused: "wrong_status")."""
    if status not in PLANNED:
        refuse("wrong_status", status=status.value)


def may_postpone(status: ActivityStatus, start: date, end: date, reason: str, *, standing: bool) -> None:
    """A planned activity is moved to other days with a reason, while its award stands.

    Refused: "wrong_status", "not_funded"; invalid: "ends_before_it_starts", "reason_missing".
    """
    may_change(status)
    if not standing:
        refuse("not_funded")
    if start > end:
        refuse("ends_before_it_starts", kind="invalid", field="ends_on")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_cancel(status: ActivityStatus, reason: str) -> None:
    """A planned activity is called off with a reason (Refused: "wrong_status", or "reason_missing", invalid)."""
    may_change(status)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


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
