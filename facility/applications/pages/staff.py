"""What staff do with what came in: the list, admissibility."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import lists, queries, rules
from facility.applications.pages.shared import STAFF, WORDS, save
from facility.applications.queries import ApplicationShown
from facility.applications.rules import ApplicationStatus
from facility.applications.service import check_admissibility
from facility.refused import refuse
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, _
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


@get("/applications/{application_id:uuid}/admissibility", opt={"allow": allow(Role.SECRETARIAT)})
async def admissibility_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What the rules say of it, and the question."""
    application = await unsealed(read, application_id)
    return view.page(
        "applications/admissibility.html", application=application, form=Fields.showing(), **WORDS
    )


@post("/applications/{application_id:uuid}/admissibility", opt={"allow": allow(Role.SECRETARIAT)})
async def judge_admissibility(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Writes down the judgement with its reason."""
    fields = Fields(form)
    admissible = fields.choice("admissible", ("yes", "no")) == "yes"
    reason = fields.text("reason", required=False, most=rules.MAX_REASON, multiline=True)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await unsealed(connection, application_id)
        return view.page(
            "applications/admissibility.html", status=status, application=application, form=fields, **WORDS
        )

    await save(
        tx,
        fields,
        lambda: check_admissibility(tx, application_id, admissible=admissible, reason=reason),
        again,
    )
    return view.go(f"/applications/{application_id}", _("The judgement is written down."))


HANDLERS = [
    received,
    admissibility_form,
    judge_admissibility,
]
