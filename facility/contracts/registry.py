"""What this room tells all others of money: where it is found."""

from facility.web.access import STAFF
from facility.web.i18n import N_
from facility.web.navigation import nav

nav(N_("Money"), "/contracts", *STAFF, order=80, holds=("/unit-costs",))
