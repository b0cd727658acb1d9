"""Tables of calls."""

from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.models.duty import CallDuty
from facility.calls.models.question import Answer, Question
from facility.calls.models.version import CallVersion
from facility.calls.rules import CallState

__all__ = [
    "Answer",
    "Call",
    "CallCancellation",
    "CallDuty",
    "CallState",
    "CallVersion",
    "Question",
]
