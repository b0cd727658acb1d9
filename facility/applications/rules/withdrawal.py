"""Until when an application is withdrawn or taken up again, and a partner leaves (scenarios/README)."""

from datetime import datetime

from facility.applications.rules.status import BEFORE_DECISION, HOLDS_PLACE, ApplicationStatus, S, may_become
from facility.calls.rules.call import CallRules
from facility.refused import refuse


def may_withdraw(status: ApplicationStatus, decided_at: datetime | None, at: datetime) -> None:
    """The lead withdraws up to the decision (its instant included); later only an award or a reserve place.

    decided_at is None while the call is not decided. Refused: "nothing_to_withdraw".
    """
    decided = decided_at is not None and at > decided_at
    if status not in (HOLDS_PLACE if decided else BEFORE_DECISION | HOLDS_PLACE):
        refuse("nothing_to_withdraw", status=status.value)


def may_take_up_again(status: ApplicationStatus, call: CallRules, at: datetime) -> None:
    """A withdrawn application becomes a draft again while the call is open (Refused: wrong_status, call_cancelled, late)."""
    may_become(status, S.DRAFT)
    if call.cancelled:
        refuse("call_cancelled")
    if at > call.closes_at:
        refuse("late")


def may_leave(*, is_lead: bool, left: bool, reason: str | None) -> None:
    """A partner may leave at any time, with a reason (None: nobody was asked for one); the lead withdraws instead.

    Refused: "lead_cannot_leave", "left", or "reason_missing" (invalid).
    """
    if is_lead:
        refuse("lead_cannot_leave")
    if left:
        refuse("left")
    if reason is not None and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
