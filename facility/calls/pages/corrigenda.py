"""Correcting a published call: one drafts the corrigendum, another checks it side by side and publishes it."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.forms.corrigendum import CorrigendumForm, field_of, shown_corrigendum
from facility.calls.pages.shared import seen_in, shown
from facility.calls.queries.duties import why_not_run
from facility.calls.queries.staff import CallStaff, Corrigendum, staff_call
from facility.calls.rules.corrigenda import Frozen, may_correct
from facility.calls.service.corrigenda import draft_corrigendum, drop_corrigendum, publish_corrigendum
from facility.calls.words.calls import TYPED_MEANWHILE
from facility.calls.words.changes import asked_more, meanings, side_by_side
from facility.refused import Reason, Refused
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, filled
from facility.web.sentences import sentence

NEVER = datetime.min.replace(tzinfo=UTC)


async def _form_page(
    view: View, call: CallStaff, form: Fields, *, status: int = 200, seen: str | None = None
) -> Page:
    under_way = call.corrigendum
    return view.page(
        "calls/corrigendum_form.html",
        status=status,
        **shown(call),
        form=form,
        seen=seen or (under_way.drafted_at.isoformat() if under_way else ""),
        cut_offs=_to_come(call, form),
        added=asked_more(call.draft.form, under_way.draft.form) if under_way else [],
        frozen=[sentence(Reason(code)) for code in Frozen],
    )


def _to_come(call: CallStaff, form: Fields) -> list[tuple[int, datetime, bool]]:
    """The cut-offs: number from 0, what is published, and whether it can be moved; also one that passed while it was typed."""
    return [
        (number, at, at > clock.now() or f"cut_offs-{number}-at" in form.errors)
        for number, at in enumerate(call.public.cut_offs)
    ]


@get("/staff/calls/{call_id:uuid}/corrigendum/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def edit(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The form of a corrigendum: what is published, or the one under way."""
    call = await staff_call(read, call_id)
    may_correct(call.public.state, call.public.closes_at, clock.now())
    under_way = call.corrigendum
    values = shown_corrigendum(under_way.draft if under_way else call.draft)
    values["reason"] = under_way.reason if under_way else ""
    return await _form_page(view, call, Fields.showing(values))


@post("/staff/calls/{call_id:uuid}/corrigendum/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def save(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Save the corrigendum; whoever does so can't publish it."""
    call = await staff_call(await tx.session.connection(), call_id)
    fields = Fields(form)
    fields.ignore("seen")
    under_way = call.corrigendum
    # Questions are added on a page of their own: what is added already stays.
    form_so_far = (under_way.draft if under_way else call.draft).form
    corrigendum = CorrigendumForm(fields, msgspec.structs.replace(call.draft, form=form_so_far))
    draft, reason = corrigendum.read()
    # Whoever saw none does not go over one that a colleague has begun meanwhile.
    seen = seen_in(fields) or (NEVER if under_way else None)
    again = partial(_not_saved, view, call_id, fields)
    async with redrawn(tx, fields, again, late=("changed_meanwhile",), own_words=True, place=field_of):
        await draft_corrigendum(tx, call_id, draft, reason, seen=seen)
    return view.go(
        f"/staff/calls/{call_id}/corrigendum",
        _("The corrigendum is saved. A colleague checks and publishes it."),
    )


async def _not_saved(
    view: View, call_id: UUID, fields: Fields, connection: AsyncConnection, status: int
) -> Page:
    """The form again with what was typed; when somebody else has saved meanwhile, saving once more replaces their text."""
    call = await staff_call(connection, call_id)
    if status == 422:
        return await _form_page(view, call, fields, status=status, seen=fields.form.get("seen"))
    fields.wrong(
        "",
        filled(TYPED_MEANWHILE, name=_under_way(call).drafted_by_name),
    )
    return await _form_page(view, call, fields, status=status)


def _under_way(call: CallStaff) -> Corrigendum:
    if call.corrigendum is None:
        raise Refused([Reason("corrigendum_gone")])
    return call.corrigendum


@get("/staff/calls/{call_id:uuid}/corrigendum", opt={"allow": allow(*STAFF)})
async def check(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The corrigendum under way: old and new side by side, and what applicants will be told."""
    call = await staff_call(read, call_id)
    under_way = _under_way(call)
    drops = view.me.has(Role.SECRETARIAT)
    why_not = await why_not_run(read, call_id, view.me.id) if drops else ""
    return view.page(
        "calls/corrigendum.html",
        **shown(call),
        under_way=under_way,
        changes=side_by_side(call.draft, under_way.draft),
        meanings=meanings(call.draft, under_way.draft),
        drops=drops,
        runs=drops and not why_not,
        why_not=why_not,
        mine=under_way.drafted_by == view.me.id,
        late=clock.now() > call.public.closes_at,
    )


@post("/staff/calls/{call_id:uuid}/corrigendum/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def publish(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Publish the corrigendum that was checked."""
    fields = Fields(form)
    fields.ignore("seen")

    async def again(connection: AsyncConnection, status: int) -> Page:
        # Allowed when it was written, and not any more.
        call = await staff_call(connection, call_id)
        under_way = _under_way(call)
        fields.values = shown_corrigendum(under_way.draft) | {"reason": under_way.reason}
        return await _form_page(view, call, fields, status=status)

    async with redrawn(tx, fields, again, place=field_of):
        version = await publish_corrigendum(tx, call_id, seen=seen_in(fields))
    return view.go(
        f"/staff/calls/{call_id}",
        _("Version {number} of the call has been published. Applicants get a mail.", number=version.number),
    )


@post("/staff/calls/{call_id:uuid}/corrigendum/drop", opt={"allow": allow(Role.SECRETARIAT)})
async def drop(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await drop_corrigendum(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The corrigendum has been deleted. Nothing was published."))


HANDLERS = [edit, save, check, publish, drop]
