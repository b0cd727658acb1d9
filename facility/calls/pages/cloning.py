"""A new draft made from an earlier call."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.forms.draft import read_reference
from facility.calls.pages.shared import among, shown
from facility.calls.queries.staff import next_reference, staff_call
from facility.calls.service.cloning import clone_call
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.fields import shown as in_field
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/staff/calls/{call_id:uuid}/clone", opt={"allow": allow(Role.SECRETARIAT)})
async def clone(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What the new draft takes over, and what it needs: a reference and an opening."""
    call = await staff_call(read, call_id)
    reference = await next_reference(read, clock.now().astimezone(clock.BRUSSELS).year)
    return view.page(
        "calls/clone.html",
        **shown(call),
        form=Fields.showing({"reference": reference, "amount": in_field(call.public.amount)}),
    )


@post("/staff/calls/{call_id:uuid}/clone", opt={"allow": allow(Role.SECRETARIAT)})
async def make(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reference, opens_at, amount = read_reference(fields), fields.instant("opens_at"), fields.eur("amount")

    async def again(connection: AsyncConnection, status: int) -> Page:
        call = await staff_call(connection, call_id)
        return view.page("calls/clone.html", status=status, **shown(call), form=fields)

    # The form has no place for what is wrong with the rest of the call.
    place = among("reference", "opens_at", "amount")
    async with redrawn(tx, fields, again, place=place):
        draft = await clone_call(tx, call_id, reference=reference, opens_at=opens_at, amount=amount)
    return view.go(f"/staff/calls/{draft.id}", _("Draft created. Check its dates, texts and amounts."))


HANDLERS = [clone, make]
