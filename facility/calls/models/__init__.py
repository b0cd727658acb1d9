"""Tables of calls."""

from facility.calls.models.call import (
    Call,
    CallState,
)

__all__ = [
    "Call",
    "CallState",
]
