"""Pages for those who run the facility, and the demo's mail reader."""

from litestar import get

from facility.operations.pages import outbox
from facility.operations.queries.overview import overview as read_overview
from facility.web.access import Role, allow
from facility.web.handler import Page, Read, View


@get("/operations", opt={"allow": allow(Role.ADMINISTRATOR, Role.AUDITOR)})
async def overview(view: View, read: Read) -> Page:
    """How far everything has come, and what waits."""
    return view.page(
        "operations/overview.html",
        overview=await read_overview(read),
        sends_mail=outbox.sends_mail(view),
    )


HANDLERS = [overview]
