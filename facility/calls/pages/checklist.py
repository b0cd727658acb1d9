"""The checklist of a call: chosen while it is a draft, read by all who read the call."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.queries.checklist import checklist_of
from facility.calls.queries.staff import staff_call
from facility.calls.rules.checklist import MOST_OWN, MOST_TEXT, STANDARD
from facility.calls.rules.standing import CallState
from facility.calls.service.checklist import change_checklist
from facility.calls.words import calls
from facility.web import render
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated


async def _page(
    view: render.View,
    connection: AsyncConnection,
    call_id: UUID,
    fields: Fields | None = None,
    *,
    status: int = 200,
) -> Page:
    call = await staff_call(connection, call_id)
    items = await checklist_of(connection, call_id)
    stored: dict[str, str | list[str]] = {
        "chosen": [item.key for item in items if not item.text],
        "own": "\n".join(item.text for item in items if item.text),
    }
    return view.page(
        "calls/checklist.html",
        status=status,
        record=call,
        call=call.public,
        items=[item.text or translated(calls.CHECKLIST[item.key]) for item in items],
        options=[(key, translated(calls.CHECKLIST[key])) for key in STANDARD],
        may_change=view.me.has(Role.SECRETARIAT) and call.public.state == CallState.DRAFT,
        form=fields or Fields.showing(stored),
        most=MOST_OWN,
    )


@get("/staff/calls/{call_id:uuid}/checklist", opt={"allow": allow(*STAFF)})
async def checklist(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What is checked; with its form while the call is a draft."""
    return await _page(view, read, call_id)


@post("/staff/calls/{call_id:uuid}/checklist", opt={"allow": allow(Role.SECRETARIAT)})
async def choose(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    chosen = fields.many("chosen", STANDARD, required=False)
    own = fields.text("own", missing=None, most=MOST_OWN * (MOST_TEXT + 1), multiline=True)
    async with redrawn(tx, fields, lambda read, status: _page(view, read, call_id, fields, status=status)):
        await change_checklist(tx, call_id, chosen, own.splitlines())
    return view.go(f"/staff/calls/{call_id}", _("The checklist is saved."))


HANDLERS = [checklist, choose]
