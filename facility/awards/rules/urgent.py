"""Until when an urgent application is to be decided."""

from datetime import datetime, timedelta

STANDS = """EXISTS (SELECT FROM application WHERE application.call_id = call.id AND track = 'joint'
    AND status NOT IN ('draft', 'withdrawn', 'inadmissible', 'ineligible'))"""
"""Something in the call is still to be decided, and presses."""


def decide_by(received_at: datetime, hours: int) -> datetime:
    """Until when an urgent application is to be decided: so many elapsed hours after its receipt."""
    return received_at + timedelta(hours=hours)


def half_time(received_at: datetime, hours: int) -> datetime:
    """When half of the time is over."""
    return received_at + timedelta(hours=hours) / 2
