"""Why something failed, as it may be written down, and when it is tried again."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from facility.db import constraint_of, state_of
from facility.refused import Refused

MAX_ATTEMPTS = 8
"""What has failed so often is parked, until somebody runs it again."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: 2 s, 4 s, 8 s … at most 10 minutes."""
    return timedelta(seconds=min(2**attempts, 600))


def reason_of(error: Exception) -> str:
    """The kind of the error and its code, and nothing of its message: that may quote what somebody wrote."""
    codes: tuple[str, ...] = ()
    if isinstance(error, Refused):
        codes = tuple(error.codes)
    elif isinstance(error, DBAPIError):
        codes = (state_of(error), constraint_of(error))
    return " ".join(filter(None, (type(error).__name__, *codes)))
