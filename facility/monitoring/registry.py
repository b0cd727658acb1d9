"""What this room tells all others of the overview: where it is found, and whose first page it is."""

from facility.web.access import DECIDERS, Role
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import home

nav(N_("Overview"), "/commission", Role.COMMISSION, Role.AUDITOR, order=0)
nav(N_("Overview"), "/commission", *DECIDERS, order=90, group=MORE)
home("/commission", Role.COMMISSION, Role.AUDITOR)
