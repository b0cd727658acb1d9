"""Cancelling a call: one person asks with a reason, another confirms or says no."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.pages.shared import shown
from facility.calls.queries.staff import CallStaff, staff_call
from facility.calls.rules.cancellation import may_cancel
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation, drop_cancellation
from facility.web.access import DECIDERS, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of


def _page(view: View, call: CallStaff, form: Fields, status: int = 200) -> Page:
    cancellation = call.cancellation
    return view.page(
        "calls/cancel.html",
        status=status,
        **shown(call),
        form=form,
        cancellation=cancellation,
        mine=cancellation is not None and cancellation.asked_by == view.me.id,
        may_ask=view.me.has(Role.SECRETARIAT),
    )


@get("/staff/calls/{call_id:uuid}/cancel", opt={"allow": allow(*DECIDERS)})
async def cancel(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What cancelling means; the form for the reason, or the request that waits for a second person."""
    call = await staff_call(read, call_id)
    may_cancel(call.public.state)
    return _page(view, call, Fields.showing())


@post("/staff/calls/{call_id:uuid}/cancel", opt={"allow": allow(Role.SECRETARIAT)})
async def ask(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for the cancellation."))

    async def again(read: AsyncConnection, status: int) -> Page:
        return _page(view, await staff_call(read, call_id), fields, status)

    async with redrawn(tx, fields, again):
        await ask_cancellation(tx, call_id, reason)
    return view.go(
        f"/staff/calls/{call_id}", _("Saved. A colleague must confirm it. Until then the call continues.")
    )


@post("/staff/calls/{call_id:uuid}/cancel/confirm", opt={"allow": allow(*DECIDERS)})
async def confirm(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Cancel the call, as a second person."""
    fields = Fields(form)
    seen = fields.key("seen")
    fields.check()
    await confirm_cancellation(tx, call_id, seen=seen)
    return view.go(
        f"/staff/calls/{call_id}",
        _("The call has been cancelled. Applicants, partners, assessors and staff get a mail."),
    )


@post("/staff/calls/{call_id:uuid}/cancel/drop", opt={"allow": allow(*DECIDERS)})
async def drop(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """The call is not cancelled after all."""
    Fields(form).check()
    await drop_cancellation(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The call is not cancelled."))


HANDLERS = [cancel, ask, confirm, drop]
