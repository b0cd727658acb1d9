"""Checking and publishing a draft that a colleague wrote."""

from uuid import UUID

from litestar import get, post

from facility import clock
from facility.calls.pages.readiness import readiness
from facility.calls.pages.shared import seen_in, shown
from facility.calls.queries.draft_changes import draft_changes
from facility.calls.queries.staff import staff_call
from facility.calls.rules.standing import CallState
from facility.calls.rules.strict import strict_mistakes
from facility.calls.service import publication
from facility.calls.service.looks import look
from facility.calls.words.changes import DRAFT
from facility.refused import Reason, Refused, refuse_if
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Tx, View
from facility.web.i18n import _


@get("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def check_call(view: View, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Everything that will be frozen, what is missing and what looks odd, and what changed since this person's last look, which is
    written down."""
    connection = await tx.session.connection()
    call = await staff_call(connection, call_id)
    if call.public.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    before = await look(tx, call_id)
    ready = readiness(call, clock.now())
    return view.page(
        "calls/publish.html",
        **shown(call),
        ready=ready,
        stopped=any(part.stops for part in ready),
        mine=call.drafted_by == view.me.id,
        before=before,
        changes=await draft_changes(connection, call_id, before) if before else [],
        called=DRAFT,
    )


@post("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def publish_call(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    fields.ignore("seen")
    fields.check()
    call = await staff_call(await tx.session.connection(), call_id)
    if call.public.state == CallState.DRAFT:
        refuse_if(strict_mistakes(call.draft, tx.now), kind="conflict")
    published = await publication.publish_call(tx, call_id, seen=seen_in(fields))
    return view.go(
        f"/staff/calls/{call_id}",
        _("The call {reference} is published. Its rules are frozen.", reference=published.reference),
    )


HANDLERS = [check_call, publish_call]
