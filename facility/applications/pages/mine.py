"""An institution's own applications, and the start of a new one."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications import words
from facility.applications.queries import lists
from facility.applications.rules.drafting import MAX_TITLE, may_still_start
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.answers import start_application
from facility.applications.words import WORDS
from facility.calls.models.call import Call
from facility.calls.service.reading import rules_of
from facility.refused import refuse
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _

BY_OFFICER = {"allow": allow(Role.OFFICER)}


@get("/applications", opt=BY_OFFICER)
async def mine(
    view: View,
    read: Read,
    call: FromQuery[str] = "",
    status: FromQuery[str] = "",
    after: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Page:
    """What the institution leads, is asked to join, or has joined; and where it could apply."""
    filters = {
        "call": call[:100].replace("\0", "").strip(),
        "status": status if status in set(ApplicationStatus) - words.NOT_TOLD_BEFORE_DECISION else "",
    }
    listed = await lists.own(
        read,
        _institution(view),
        view.me.id,
        **filters,
        after=lists.cursor(after),
        before=lists.cursor(before),
    )
    return view.page(
        "applications/mine.html",
        listed=listed,
        form=Fields.showing(filters),
        filters={name: value for name, value in filters.items() if value},
        calls=await lists.calls(read, closes_after=clock.now()),
        state_word=words.told_to_parties,
        **WORDS,
    )


@get("/applications/start", opt=BY_OFFICER)
async def start_form(view: View, read: Read, call: FromQuery[str] = "") -> Page:
    """Asks for call, track and title."""
    calls = await lists.calls(read, closes_after=clock.now())
    chosen = next((str(offered.id) for offered in calls if offered.reference == call), "")
    fields = Fields.showing({"call_id": chosen, "track": "joint"})
    return view.page("applications/start.html", form=fields, calls=calls)


@post("/applications/start", opt=BY_OFFICER)
async def start(view: View, form: Form, tx: Tx) -> Page:
    """Makes the draft and goes to its task list."""
    fields = Fields(form)
    call_id = fields.key("call_id")
    track = fields.choice("track", ("joint", "exception"))
    title = fields.text("title", missing=_("Enter the title of the application."), most=MAX_TITLE)

    async def again(connection: AsyncConnection, status: int) -> Page:
        calls = await lists.calls(connection, closes_after=tx.now)
        return view.page("applications/start.html", status=status, form=fields, calls=calls)

    async with redrawn(tx, fields, again):
        call = await tx.session.get(Call, call_id)
        if call is None or call.state == "draft":
            refuse("call_unknown", kind="invalid", field="call_id")
        may_still_start(rules_of(call), "exception" if track == "exception" else "joint", tx.now)
        application = await start_application(
            tx,
            call_id=call_id,
            lead_institution_id=_institution(view),
            title=title,
            track="exception" if track == "exception" else "joint",
        )
    return view.go(
        f"/applications/{application.id}", _("Your draft has been created. Only your institution sees it.")
    )


def _institution(view: View) -> UUID:
    institution_id = view.me.institution_id
    if institution_id is None:
        refuse("not_yours", kind="forbidden")
    return institution_id


HANDLERS = [mine, start_form, start]
