"""Calls for those who run and watch them: the list, drafting, checking and publishing, and what comes next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries import beneficiaries, history_lines
from facility.calls import queries, rules, service
from facility.calls.form import COLUMNS, PRESETS, SPARE_ROWS, DraftForm, blank, rows, shown_draft, with_grid
from facility.calls.models import CallState
from facility.calls.sentences import STATES
from facility.calls.steps import steps_of
from facility.calls.words import criterion, ties
from facility.contracts.queries import envelopes
from facility.refused import Reason, Refused
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence
from facility.web.stops import Stop, Wrong

READERS = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
SEES_HISTORY = (Role.SECRETARIAT, Role.AUTHORISING, Role.AUDITOR)
FIRST_GRID = "prag_2018"


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


async def _form_page(
    view: View,
    connection: AsyncConnection,
    form: Fields,
    *,
    call: queries.CallStaff | None = None,
    status: int = 200,
    spare: int = SPARE_ROWS,
    seen: str = "",
) -> Page:
    return view.page(
        "calls/draft.html",
        status=status,
        form=form,
        call=call,
        seen=seen or (call.drafted_at.isoformat() if call else ""),
        rows=rows(form.values, spare=spare),
        columns=COLUMNS,
        presets=PRESETS,
        envelopes=await envelopes(connection),
        beyond=[one for one in await beneficiaries(connection) if not one.western_balkans],
    )


@get("/staff/calls/new", opt={"allow": allow(Role.SECRETARIAT)})
async def new_call(view: View, read: Read) -> Page:
    """The form of a call that nobody has begun."""
    reference = await queries.next_reference(read, clock.now().astimezone(clock.BRUSSELS).year)
    return await _form_page(view, read, Fields.showing(blank(FIRST_GRID, reference)))


@post("/staff/calls/new", opt={"allow": allow(Role.SECRETARIAT)})
async def draft_call(view: View, tx: Tx, form: Form) -> Page:
    """Save a new draft, or give the form another grid or more rows."""
    connection = await tx.session.connection()
    draft_form = await _draft_form(connection, form)
    if other := await _reshaped(view, connection, draft_form, None):
        return other
    try:
        call = await service.draft_call(tx, draft_form.read())
    except Refused as refused:
        fields = draft_form.at_fields(refused)
        raise Wrong(await _form_page(view, connection, fields, status=422)) from None
    return view.go(f"/staff/calls/{call.id}", _("The draft is saved. Somebody else checks and publishes it."))


@get("/staff/calls/{call_id:uuid}/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def edit_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The form of a draft."""
    found = await queries.staff_call(read, call_id)
    if found.call.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return await _form_page(view, read, Fields.showing(shown_draft(found.draft)), call=found)


@post("/staff/calls/{call_id:uuid}/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def change_call(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Save a changed draft; whoever does so can't publish it."""
    connection = await tx.session.connection()
    found = await queries.staff_call(connection, call_id)
    draft_form = await _draft_form(connection, form)
    if other := await _reshaped(view, connection, draft_form, found):
        return other
    try:
        seen = _seen(draft_form.fields)
        await service.change_draft(tx, call_id, draft_form.read(), seen=seen)
    except Refused as refused:
        raise Wrong(await _not_saved(view, connection, draft_form, found, refused)) from None
    return view.go(f"/staff/calls/{call_id}", _("The draft is saved. Somebody else checks and publishes it."))


async def _not_saved(
    view: View,
    connection: AsyncConnection,
    draft_form: DraftForm,
    found: queries.CallStaff,
    refused: Refused,
) -> Page:
    """The form again with what was typed. When somebody else saved meanwhile, saving once more goes over their text."""
    if refused.codes == ("changed_meanwhile",):
        draft_form.fields.wrong(
            "",
            _(
                "{name} changed this draft meanwhile. What you typed is still here and not saved: compare it with the"
                " draft, then save again to replace it.",
                name=found.drafted_by_name,
            ),
        )
        return await _form_page(view, connection, draft_form.fields, call=found, status=409)
    fields = draft_form.at_fields(refused)
    return await _form_page(
        view, connection, fields, call=found, status=422, seen=draft_form.fields.form.get("seen")
    )


async def _draft_form(connection: AsyncConnection, form: Form) -> DraftForm:
    beyond = [one.code for one in await beneficiaries(connection) if not one.western_balkans]
    fields = Fields(form)
    fields.ignore("do", "seen")
    return DraftForm(fields, beyond)


async def _reshaped(
    view: View, connection: AsyncConnection, draft_form: DraftForm, call: queries.CallStaff | None
) -> Page | None:
    """The form again with another grid or with more rows, when one of these buttons was pressed; nothing is saved."""
    fields = draft_form.fields
    asked, _colon, name = fields.form.get("do", "save").partition(":")
    if asked == "save":
        return None
    try:
        draft_form.read()
    except Refused:
        fields.errors.clear()
    spare = SPARE_ROWS
    if asked == "rows":
        spare = 2 * SPARE_ROWS
    elif asked == "grid" and name in PRESETS:
        fields.values = with_grid(fields.values, name)
    else:
        raise Stop(400, "malformed")
    return await _form_page(view, connection, fields, call=call, spare=spare, seen=fields.form.get("seen"))


def _seen(fields: Fields) -> datetime | None:
    """The draft's instant as the form carried it. Stop 400 for what this page never wrote."""
    value = fields.form.get("seen")
    try:
        seen = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise Stop(400, "malformed") from None
    if seen is not None and seen.tzinfo is None:
        raise Stop(400, "malformed")
    return seen


@get("/staff/calls/{call_id:uuid}", opt={"allow": allow(*READERS)})
async def call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One call: where it stands, its rules, the money behind it, its history."""
    found = await queries.staff_call(read, call_id)
    return view.page(
        "calls/staff_call.html",
        **_shown(found),
        steps=steps_of(found, view.me, clock.now()),
        states=STATES,
        history=await history_lines(read, call_id) if view.me.has(*SEES_HISTORY) else [],
        may_change=view.me.has(Role.SECRETARIAT) and found.call.state == CallState.DRAFT,
        may_publish=view.me.has(Role.SECRETARIAT)
        and found.call.state == CallState.DRAFT
        and found.drafted_by != view.me.id,
    )


def _shown(found: queries.CallStaff) -> dict[str, Any]:
    return {"found": found, "call": found.call, "ties": ties(found.call.grid)}


@get("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def check_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Everything that will be frozen, with what looks odd, before it is."""
    found = await queries.staff_call(read, call_id)
    if found.call.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return view.page(
        "calls/publish.html",
        **_shown(found),
        doubts=_doubts(found),
        mine=found.drafted_by == view.me.id,
        over=clock.now() > found.call.closes_at,
    )


def _doubts(found: queries.CallStaff) -> list[str]:
    grid = found.call.grid
    said = []
    for doubt in rules.doubts(found.draft.rules):
        params = dict(doubt.params)
        if "key" in params:
            params["key"] = criterion(grid, params["key"])
        said.append(sentence(Reason(doubt.code, doubt.field, params)))
    if found.drawn + found.call.amount > found.envelope_amount:
        said.append(_("The calls on this envelope may together draw more than it holds."))
    return said


@post("/staff/calls/{call_id:uuid}/publish", opt={"allow": allow(Role.SECRETARIAT)})
async def publish_call(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Publish what was checked."""
    fields = Fields(form)
    fields.ignore("seen")
    fields.check()
    call = await service.publish_call(tx, call_id, seen=_seen(fields))
    return view.go(
        f"/staff/calls/{call_id}",
        _("The call {reference} is published. Its rules are frozen.", reference=call.reference),
    )


HANDLERS = [
    calls,
    new_call,
    draft_call,
    edit_call,
    change_call,
    call,
    check_call,
    publish_call,
]
