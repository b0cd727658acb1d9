"""What staff see of what came in."""

from uuid import UUID

from litestar import get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import lists, queries
from facility.applications.pages.shared import STAFF, WORDS
from facility.applications.queries import ApplicationShown
from facility.applications.rules import ApplicationStatus
from facility.refused import refuse
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import FromQuery, Page, Read, View
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

nav(N_("Applications"), "/applications/received", *STAFF, order=30)
waits(
    N_("Exceptions to decide"),
    "/applications/received?status=submitted",
    Role.AUTHORISING,
    sql="""SELECT count(*) FROM application JOIN call ON call.id = application.call_id
    WHERE application.status = 'submitted' AND application.track = 'exception' AND call.closed_at IS NOT NULL""",
)


@get("/applications/received", opt={"allow": allow(*STAFF)})
async def received(
    view: View,
    read: Read,
    call: FromQuery[str] = "",
    status: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """What was handed in, newest first."""
    chosen = status if status in set(ApplicationStatus) else ""
    lines, older = await lists.received(read, call=call, status=chosen, after=lists.cursor(after))
    return view.page(
        "applications/received.html",
        part="applications/_received.html",
        lines=lines,
        older=older,
        after=after,
        calls=await lists.calls(read),
        form=Fields.showing({"call": call, "status": chosen}),
        **WORDS,
    )


async def unsealed(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, once staff may read it. Raises Refused (missing, "not_opened")."""
    application = await queries.shown(connection, application_id)
    if application.received_at is None:
        refuse("not_found", kind="missing", what="application")
    if application.sealed:
        refuse("not_opened")
    return application


HANDLERS = [
    received,
]
