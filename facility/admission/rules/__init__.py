"""What may be done with what came in: values in, an answer or Refused out."""

from facility.admission.rules.opening import (
    SESSION,
    Attempt,
    Minutes,
    OpeningList,
    Received,
    may_confirm_opening,
    may_start_opening,
)

__all__ = [
    "SESSION",
    "Attempt",
    "Minutes",
    "OpeningList",
    "Received",
    "may_confirm_opening",
    "may_start_opening",
]
