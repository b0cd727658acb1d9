"""Calls for those who run and watch them: the list, and one call with what comes next."""

from uuid import UUID

from litestar import get, post

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.calls.pages.shared import shown
from facility.calls.queries.duties import why_not_run
from facility.calls.queries.lists import staff_calls
from facility.calls.queries.staff import batches, staff_call
from facility.calls.queries.steps import steps_of
from facility.calls.rules.standing import Standing
from facility.calls.service.archive import archive_call, take_from_archive
from facility.calls.words.calls import STANDINGS
from facility.contracts.queries import envelopes
from facility.web.access import DECIDERS, INTERNAL, STAFF, Role, allow
from facility.web.carried import key
from facility.web.deadlines import deadlines_of
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.pictures import overview_of
from facility.web.workspace import workspace_of


@get("/staff/calls", opt={"allow": allow(*STAFF)})
async def calls(
    view: View,
    read: Read,
    status: FromQuery[str | None] = None,
    envelope: FromQuery[str | None] = None,
    words: FromQuery[str | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """All calls, drafts too, the latest closing first; what is archived only where it is asked for."""
    now = clock.now()
    chosen = Standing(status) if status in set(Standing) else None
    of = key(envelope)
    lines, older = await staff_calls(
        read, now, standing=chosen, envelope=of, words=words or "", before=before
    )
    filters = {"status": chosen and chosen.value, "envelope": of and str(of), "words": words}
    given = {name: value for name, value in filters.items() if value}
    return view.page(
        "calls/staff_calls.html",
        calls=[(line, *STANDINGS[line.standing(now)]) for line in lines],
        older=older,
        before=before,
        form=Fields.showing(given),
        filters=given,
        standings=STANDINGS,
        envelopes=await envelopes(read),
        may_draft=view.me.has(Role.SECRETARIAT),
    )


@get("/staff/calls/{call_id:uuid}", opt={"allow": allow(*STAFF)})
async def call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One call: where it stands, its rules, the money behind it, its history."""
    now = clock.now()
    call = await staff_call(read, call_id)
    standing = call.public.standing(now)
    runs = view.me.has(Role.SECRETARIAT) and call.series_id is None
    why_not = await why_not_run(read, call_id, view.me.id) if runs else ""
    steps = steps_of(call, view.me, now)
    return view.page(
        "calls/staff_call.html",
        **shown(call),
        workspace=await workspace_of(view, read, call_id, "overview"),
        figures=await overview_of(read, call_id, view.me.id) if standing is not Standing.DRAFT else None,
        deadlines=await deadlines_of(read, call_id, now.astimezone(clock.BRUSSELS).date()),
        steps=steps,
        opened=await view.open_to_me(read, [step.href for step in steps if step.href]),
        batches=await batches(read, call.series_id or call_id) if call.public.mode != "deadline" else [],
        history=await history_lines(read, call_id) if view.me.has(*INTERNAL) else [],
        may_change=runs and standing is Standing.DRAFT,
        may_publish=runs and standing is Standing.DRAFT and call.drafted_by != view.me.id,
        may_correct=runs
        and standing in (Standing.COMING, Standing.OPEN)
        and not call.corrigendum
        and not why_not,
        why_not=why_not,
        may_cancel=runs and call.cancellable and not call.cancellation,
        may_clone=runs and standing is not Standing.DRAFT,
        may_archive=runs and standing in (Standing.DECIDED, Standing.CANCELLED),
        may_rehearse=view.me.has(*DECIDERS) and call.series_id is None,
        may_take_out=runs and standing is Standing.ARCHIVED,
    )


@post("/staff/calls/{call_id:uuid}/archive", opt={"allow": allow(Role.SECRETARIAT)})
async def archive(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Put a call away that is over."""
    Fields(form).check()
    await archive_call(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The call has been archived. Lists no longer show it."))


@post("/staff/calls/{call_id:uuid}/take-out", opt={"allow": allow(Role.SECRETARIAT)})
async def take_out(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await take_from_archive(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The call is in the lists again."))


HANDLERS = [calls, call, archive, take_out]
