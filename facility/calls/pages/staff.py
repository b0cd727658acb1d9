"""Calls for those who run and watch them: the list, and one call with what comes next."""

from uuid import UUID

from litestar import get

from facility import clock
from facility.accounts.queries import history_lines
from facility.calls import queries
from facility.calls.models import CallState
from facility.calls.pages.shared import READERS, SEES_HISTORY, shown
from facility.calls.sentences import STATES
from facility.calls.steps import steps_of
from facility.web.access import Role, allow
from facility.web.handler import FromPath, FromQuery, Page, Read, View


@get("/staff/calls", opt={"allow": allow(*READERS)})
async def calls(
    view: View,
    read: Read,
    status: FromQuery[str | None] = None,
    envelope: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """All calls, drafts too, the latest closing first."""
    chosen = status if status in set(CallState) else None
    lines, older = await queries.staff_calls(read, state=chosen, envelope=envelope, before=before)
    return view.page(
        "calls/staff_calls.html",
        calls=lines,
        older=older,
        before=before,
        state=chosen,
        envelope=envelope,
        states=STATES,
        may_draft=view.me.has(Role.SECRETARIAT),
    )


@get("/staff/calls/{call_id:uuid}", opt={"allow": allow(*READERS)})
async def call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One call: where it stands, its rules, the money behind it, its history."""
    found = await queries.staff_call(read, call_id)
    return view.page(
        "calls/staff_call.html",
        **shown(found),
        steps=steps_of(found, view.me, clock.now()),
        states=STATES,
        batches=await queries.batches(read, found.series_id or call_id)
        if found.call.mode != "deadline"
        else [],
        history=await history_lines(read, call_id) if view.me.has(*SEES_HISTORY) else [],
        may_change=view.me.has(Role.SECRETARIAT) and found.call.state == CallState.DRAFT,
        may_publish=view.me.has(Role.SECRETARIAT)
        and found.call.state == CallState.DRAFT
        and found.drafted_by != view.me.id,
    )


HANDLERS = [calls, call]
