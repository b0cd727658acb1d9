"""Travel windows: where they are found. Pay of experts to confirm."""

from facility.deployments.queries import fees as queries
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import waits

nav(N_("Travel windows"), "/travel-windows", Role.ADMINISTRATOR, order=95, group=MORE)
waits(
    N_("Pay of experts to confirm"),
    N_("Confirm what is due to an expert: {thing}"),
    "/deployments/fees",
    Role.SECRETARIAT,
    rows=queries.TO_CONFIRM,
)
