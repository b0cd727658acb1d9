"""What this room tells the room of applications: which of its events lead and partners read."""

from facility.admission.events import TOLD_TO_PARTIES
from facility.applications.queries.history import tell_parties

tell_parties(TOLD_TO_PARTIES)
