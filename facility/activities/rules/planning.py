"""When an activity is planned, moved and called off (dossier 9)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from facility.activities.rules.counting import ActivityStatus, AwardLife, standing
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
