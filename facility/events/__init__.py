"""What happened: the append-only log, and what follows from it.

`record()` appends an event in the transaction that made it true, with one delivery for each reaction that
subscribes. Projections follow the log in order; reactions are jobs. No pages here.
"""

from facility.events.base import Event, Recorded
from facility.events.log import record
from facility.events.projector import Projection, projection
from facility.events.reactions import reacts_to
from facility.events.reconcile import check
from facility.events.schedule import one_by_one, scheduled

__all__ = [
    "Event",
    "Projection",
    "Recorded",
    "check",
    "one_by_one",
    "projection",
    "reacts_to",
    "record",
    "scheduled",
]
