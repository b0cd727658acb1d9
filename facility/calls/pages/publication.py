"""Checking and publishing a draft that a colleague wrote."""

from datetime import datetime
from uuid import UUID

from litestar import get, post

from facility import clock
from facility.calls.pages.shared import seen_in, shown
from facility.calls.queries.staff import CallStaff, staff_call
from facility.calls.rules.call import doubts
from facility.calls.rules.forms import form_mistakes
from facility.calls.rules.standing import CallState
from facility.calls.rules.strict import strict_mistakes
from facility.calls.service import publication
from facility.calls.words.calls import criterion
from facility.refused import Reason, Refused, refuse_if
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence


@get("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def check_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Everything that will be frozen, with what looks odd, before it is."""
    found = await staff_call(read, call_id)
    if found.call.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return view.page(
        "calls/publish.html",
        **shown(found),
        wrong=[sentence(reason) for reason in strict_mistakes(found.draft, clock.now())],
        doubts=_doubts(found, clock.now()),
        mine=found.drafted_by == view.me.id,
        incomplete=bool(form_mistakes(found.call.form)),
        over=clock.now() > found.call.closes_at,
    )


def _doubts(found: CallStaff, now: datetime) -> list[str]:
    grid = found.call.grid
    said = []
    for doubt in doubts(found.draft.rules):
        params = dict(doubt.params)
        if "key" in params:
            params["key"] = criterion(grid, params["key"])
        said.append(sentence(Reason(doubt.code, doubt.field, params)))
    if found.call.questions_until is not None and found.call.questions_until < now:
        said.append(_("The time for questions is over already: nobody can ask any."))
    if found.drawn + found.call.amount > found.envelope_amount:
        said.append(_("The calls on this envelope may together draw more than it holds."))
    return said


@post("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def publish_call(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Publish what was checked."""
    fields = Fields(form)
    fields.ignore("seen")
    fields.check()
    found = await staff_call(await tx.session.connection(), call_id)
    if found.call.state == CallState.DRAFT:
        refuse_if(strict_mistakes(found.draft, tx.now), kind="conflict")
    call = await publication.publish_call(tx, call_id, seen=seen_in(fields))
    return view.go(
        f"/staff/calls/{call_id}",
        _("The call {reference} is published. Its rules are frozen.", reference=call.reference),
    )


HANDLERS = [check_call, publish_call]
