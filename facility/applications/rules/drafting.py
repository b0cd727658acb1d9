"""When a draft is begun and edited, and what may be attached to it."""

from datetime import datetime

from facility.applications.rules.status import ApplicationStatus, S, Track
from facility.calls.rules.call import CallRules
from facility.refused import refuse

MAX_TITLE, MAX_CONSULTATION, MAX_REASON = 200, 5000, 3000
"""Characters that the texts may have."""
MAX_DOCUMENTS = 20
"""Documents that an application may carry at a time."""


def may_start(*, published: bool) -> None:
    """An application is started to a call that has been published (Refused: "not_published")."""
    if not published:
        refuse("not_published")


def may_still_start(call: CallRules, track: Track, at: datetime) -> None:
    """Nobody begins on a page what can't be submitted any more (Refused: "call_cancelled", "late"); the exception track
    has no deadline."""
    if call.cancelled:
        refuse("call_cancelled")
    if track == "joint" and at > call.closes_at:
        refuse("late")


def is_editable(status: str, changing_since: datetime | None) -> bool:
    """A draft is edited, and what was submitted while its lead changes it to submit it again."""
    return status == S.DRAFT or changing_since is not None


def may_edit(*, editable: bool) -> None:
    """Refused: "not_a_draft"."""
    if not editable:
        refuse("not_a_draft")


def may_change(
    status: ApplicationStatus, track: Track, call: CallRules, at: datetime, *, sealed: bool
) -> None:
    """What was submitted to a call with a deadline may be changed and submitted again until then, in a rolling call until the
    cut-off of its batch.

    Refused: "wrong_track", "call_cancelled", "late", "wrong_status", "call_opened".
    """
    if track != "joint":
        refuse("wrong_track")
    may_still_start(call, track, at)
    if status is not S.SUBMITTED:
        refuse("wrong_status", status=status.value)
    if not sealed:
        refuse("call_opened")


def may_consult(track: str, text: str) -> None:
    """Only the exception track has a consultation (Refused: "wrong_track", or "consultation_missing", invalid)."""
    if track != "exception":
        refuse("wrong_track")
    if not text.strip():
        refuse("consultation_missing", kind="invalid", field="consultation")
