"""A new draft made from an earlier call."""

from uuid import UUID

from litestar import get, post

from facility import clock
from facility.calls.forms.draft import read_reference
from facility.calls.pages.shared import at_fields, shown
from facility.calls.queries.staff import next_reference, staff_call
from facility.calls.service.cloning import clone_call
from facility.refused import Refused
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.fields import shown as in_field
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.stops import Wrong


@get("/staff/calls/{call_id:uuid}/clone", opt={"allow": allow(Role.SECRETARIAT)})
async def clone(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What the new draft takes over, and what it needs: a reference and an opening."""
    found = await staff_call(read, call_id)
    reference = await next_reference(read, clock.now().astimezone(clock.BRUSSELS).year)
    return view.page(
        "calls/clone.html",
        **shown(found),
        form=Fields.showing({"reference": reference, "amount": in_field(found.call.amount)}),
    )


@post("/staff/calls/{call_id:uuid}/clone", opt={"allow": allow(Role.SECRETARIAT)})
async def make(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Make the draft."""
    fields = Fields(form)
    reference, opens_at, amount = read_reference(fields), fields.instant("opens_at"), fields.eur("amount")
    try:
        fields.check()
        draft = await clone_call(tx, call_id, reference=reference, opens_at=opens_at, amount=amount)
    except Refused as refused:
        at_fields(fields, refused, ("reference", "opens_at", "amount"))
        await tx.undo()  # where somebody took the reference meanwhile, the database has refused too
        found = await staff_call(await tx.session.connection(), call_id)
        raise Wrong(view.page("calls/clone.html", status=422, **shown(found), form=fields)) from None
    return view.go(f"/staff/calls/{draft.id}", _("The draft is made. Check its dates, texts and amounts."))


HANDLERS = [clone, make]
