"""Pages for those who run the facility, and the demo's mail reader."""

from litestar import get

from facility.operations.pages import outbox
from facility.operations.queries.overview import overview as read_overview
from facility.web.access import Role, allow
from facility.web.handler import Page, Read, View
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import waits

nav(N_("Operations"), "/operations", Role.ADMINISTRATOR, Role.AUDITOR, order=93, group=MORE)
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
nav(N_("Outbox"), "/operations/outbox", Role.SECRETARIAT, Role.ADMINISTRATOR, order=94, group=MORE)


@get("/operations", opt={"allow": allow(Role.ADMINISTRATOR, Role.AUDITOR)})
async def overview(view: View, read: Read) -> Page:
    """How far everything has come, and what waits."""
    return view.page(
        "operations/overview.html",
        overview=await read_overview(read),
        sends_mail=outbox.sends_mail(view),
    )


HANDLERS = [overview]
