"""The only place that reads the time."""

from datetime import UTC, datetime

from facility.zone import BRUSSELS, brussels_midnight

__all__ = ["BRUSSELS", "brussels_midnight", "now"]


def now() -> datetime:
    """This instant, in UTC, to the microsecond."""
    return datetime.now(UTC)
