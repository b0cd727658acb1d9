"""When the lead of an award may accept it, and when an award that nobody accepted may lapse."""

from datetime import date, datetime
from typing import Literal

from facility.refused import refuse
from facility.zone import BRUSSELS

Outcome = Literal["accepted", "refused", "lapsed", "ended"]
"""How the question to the lead ended. Ended: the award ended in another way."""


def is_overdue(accept_by: date, now: datetime) -> bool:
    """Whether the last day for accepting, in Brussels, is over."""
    return now.astimezone(BRUSSELS).date() > accept_by


def may_lapse(accept_by: date, now: datetime) -> None:
    """Nobody loses an award before the time to accept it is over (Refused: "still_time_to_accept")."""
    if not is_overdue(accept_by, now):
        refuse("still_time_to_accept")
