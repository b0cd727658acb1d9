"""What this room tells all others of operations: where they are found, and what administrators have to look at."""

from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import waits

nav(N_("Operations"), "/operations", Role.ADMINISTRATOR, Role.AUDITOR, order=93, group=MORE)
nav(N_("Outbox"), "/operations/outbox", Role.SECRETARIAT, Role.ADMINISTRATOR, order=94, group=MORE)
waits(
    N_("Parked deliveries to check"),
    N_("Check the parked delivery {thing}"),
    "/operations/parked",
    Role.ADMINISTRATOR,
    rows="""SELECT reaction || ' ' || delivery.id AS thing, '/operations/parked' AS href,
            NULL AS call, recorded_at AS since, NULL AS until
        FROM delivery JOIN event ON event.id = event_id WHERE state = 'parked'""",
)
waits(
    N_("Failed steps to check"),
    N_("Check the failed step {thing}"),
    "/operations/parked",
    Role.ADMINISTRATOR,
    rows="""SELECT step || ' ' || item AS thing, '/operations/parked' AS href,
            NULL AS call, failed_at AS since, NULL AS until FROM failed_step WHERE state <> 'done'""",
)
