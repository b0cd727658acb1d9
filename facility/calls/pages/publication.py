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
    call = await staff_call(read, call_id)
    if call.public.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return view.page(
        "calls/publish.html",
        **shown(call),
        wrong=[sentence(reason) for reason in strict_mistakes(call.draft, clock.now())],
        doubts=_doubts(call, clock.now()),
        mine=call.drafted_by == view.me.id,
        incomplete=bool(form_mistakes(call.public.form)),
        over=clock.now() > call.public.closes_at,
    )


def _doubts(call: CallStaff, now: datetime) -> list[str]:
    grid = call.public.grid
    sentences = []
    for doubt in doubts(call.draft.rules):
        params = dict(doubt.params)
        if "key" in params:
            params["key"] = criterion(grid, params["key"])
        sentences.append(sentence(Reason(doubt.code, doubt.field, params)))
    if call.public.questions_until is not None and call.public.questions_until < now:
        sentences.append(_("The period for questions has ended already, so nobody can ask any."))
    if call.drawn + call.public.amount > call.envelope_amount:
        sentences.append(_("Together, the calls on this envelope may award more than it holds."))
    return sentences


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
