"""Pages for those who run the facility, and the demo's mail reader."""

from litestar import get

from facility.operations.pages import outbox
from facility.operations.queries.overview import overview as read_overview
from facility.web.access import Role, allow
from facility.web.handler import Page, Read, View
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

nav(N_("Operations"), "/operations", Role.ADMINISTRATOR, Role.AUDITOR, order=90)
waits(
    N_("Parked deliveries to check"),
    "/operations/parked",
    Role.ADMINISTRATOR,
    rows="SELECT reaction || ' ' || id AS label, '/operations/parked' AS href FROM delivery WHERE state = 'parked' ORDER BY id DESC",
)
waits(
    N_("Failed steps to check"),
    "/operations/parked",
    Role.ADMINISTRATOR,
    rows="""SELECT step || ' ' || item AS label, '/operations/parked' AS href FROM failed_step WHERE state <> 'done'
        ORDER BY failed_at DESC, id""",
)
nav(N_("Outbox"), "/operations/outbox", Role.SECRETARIAT, Role.ADMINISTRATOR, order=91)


@get("/operations", opt={"allow": allow(Role.ADMINISTRATOR, Role.AUDITOR)})
async def overview(view: View, read: Read) -> Page:
    """How far everything has come, and what waits."""
    return view.page(
        "operations/overview.html",
        overview=await read_overview(read),
        sends_mail=outbox.sends_mail(view),
    )


HANDLERS = [overview]
