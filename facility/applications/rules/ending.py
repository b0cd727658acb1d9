"""Where an application ends, so that nobody is asked or reminded about it any more."""

from facility.applications.rules.status import ApplicationStatus as S
from facility.applications.rules.status import Track
from facility.calls.rules.standing import CallState
from facility.refused import refuse

ENDED = frozenset(
    {
        S.INADMISSIBLE,
        S.BELOW_THRESHOLD,
        S.COOLED_DOWN,
        S.CLOSED,
        S.WITHDRAWN,
        S.INELIGIBLE,
        S.EXCEPTION_REFUSED,
    }
)
"""The ends that an application has by itself. A few lead back into the procedure; what was open then stays ended."""
MISSED = frozenset({CallState.CLOSED, CallState.DECIDED})
"""Where a draft of the joint track can no longer be submitted."""


def has_ended(status: S, track: Track, call_state: CallState) -> bool:
    """Whether nothing is open about the application any more. `models.HAS_ENDED` says the same in SQL.

    Its call ends it too: a cancelled one ends all of its applications, the decision ends what was set aside, and the closing
    ends the drafts of the joint track.
    """
    if call_state is CallState.CANCELLED or status in ENDED:
        return True
    if status is S.NOT_ASSESSED:
        return call_state is CallState.DECIDED
    return status is S.DRAFT and track == "joint" and call_state in MISSED


def may_still_answer(status: S, track: Track, call_state: CallState) -> None:
    """Nobody answers a question about what has ended (Refused: "application_ended")."""
    if has_ended(status, track, call_state):
        refuse("application_ended")
