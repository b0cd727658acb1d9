"""What this room tells all others of rehearsals: where they are found."""

from facility.web.access import INTERNAL
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav

nav(N_("Rehearsal"), "/rehearsal", *INTERNAL, order=92, group=MORE)
