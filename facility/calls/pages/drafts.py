"""Drafting a call: the form, saved by one person for another to check."""

from functools import partial
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import beneficiaries
from facility.calls.forms.cut_offs import MORE, cut_off_rows, with_monthly
from facility.calls.forms.draft import DraftForm, blank, shown_draft
from facility.calls.forms.grid import COLUMNS, LAST_TIES, PRESETS, SPARE_ROWS, rows, with_grid
from facility.calls.forms.scoring import AGGREGATES, SETTLES, SPARE_CRITERIA, STEPS, criteria_rows
from facility.calls.pages.shared import seen_in
from facility.calls.queries.staff import CallStaff, next_reference, staff_call
from facility.calls.queries.taxonomy import taxonomy
from facility.calls.rules.call import CallDraft
from facility.calls.rules.modes import Mode
from facility.calls.rules.presets import SHORT, STANDARD
from facility.calls.rules.standing import CallState
from facility.calls.rules.strict import strict_mistakes
from facility.calls.service import draft as draft_commands
from facility.calls.service.draft import change_draft, mistakes_of
from facility.calls.words.calls import MODES, TYPED_MEANWHILE
from facility.contracts.queries import envelopes
from facility.refused import Reason, Refused
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _, filled, listed
from facility.web.stops import Stop

FIRST_GRID = "prag_2018"

LEFT_OUT = N_("Left out, since the call takes applications in another way: {things}.")


async def _form_page(
    view: View,
    connection: AsyncConnection,
    form: Fields,
    *,
    call: CallStaff | None = None,
    status: int = 200,
    spare: int = SPARE_ROWS,
    spare_criteria: int = SPARE_CRITERIA,
    cut_offs: list[int] | None = None,
    seen: str = "",
) -> Page:
    return view.page(
        "calls/draft.html",
        status=status,
        form=form,
        call=call,
        seen=seen or (call.drafted_at.isoformat() if call else ""),
        rows=rows(form.values, spare=spare),
        criteria=criteria_rows(form.values, spare=spare_criteria),
        aggregates=AGGREGATES,
        settles=SETTLES,
        steps=STEPS,
        last_ties=LAST_TIES,
        cut_offs=cut_offs or cut_off_rows(form.values),
        modes=MODES,
        columns=COLUMNS,
        presets=PRESETS,
        envelopes=await envelopes(connection),
        themes=await taxonomy(connection),
        beyond=[
            beneficiary for beneficiary in await beneficiaries(connection) if not beneficiary.western_balkans
        ],
    )


@get("/staff/calls/new", opt={"allow": allow(Role.SECRETARIAT)})
async def new_call(view: View, read: Read) -> Page:
    """The form of a call that nobody has begun."""
    reference = await next_reference(read, clock.now().astimezone(clock.BRUSSELS).year)
    return await _form_page(view, read, Fields.showing(blank(FIRST_GRID, reference)))


@post("/staff/calls/new", opt={"allow": allow(Role.SECRETARIAT)})
async def draft_call(view: View, tx: Tx, form: Form) -> Page:
    """Save a new draft, or give the form another grid or more rows."""
    connection = await tx.session.connection()
    draft_form = await _draft_form(connection, form)
    if other := await _reshaped(view, connection, draft_form, None):
        return other
    draft = await _read(tx, draft_form, None)
    fields = draft_form.fields

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _form_page(view, read, fields, status=status)

    async with redrawn(tx, fields, again, place=draft_form.field_of):
        call = await draft_commands.draft_call(tx, draft)
    return view.go(f"/staff/calls/{call.id}", _saved(draft_form))


async def _read(tx: Tx, draft_form: DraftForm, call_id: UUID | None) -> CallDraft:
    """The draft as it was typed; what is wrong with a field or between fields is noted at the form."""
    draft = draft_form.read()
    mistakes = await mistakes_of(tx, draft, call_id)
    draft_form.note([*mistakes, *strict_mistakes(draft, tx.now)])
    return draft


def _saved(draft_form: DraftForm) -> str:
    """What is said of a saved draft: also what was left out of it."""
    message = _("The draft is saved. A colleague checks and publishes it.")
    if draft_form.left_out:
        return f"{message} {filled(LEFT_OUT, things=listed(draft_form.left_out))}"
    return message


@get("/staff/calls/{call_id:uuid}/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def edit_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    call = await staff_call(read, call_id)
    if call.public.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return await _form_page(view, read, Fields.showing(shown_draft(call.draft)), call=call)


@post("/staff/calls/{call_id:uuid}/edit", opt={"allow": allow(Role.SECRETARIAT)})
async def change_call(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Save a changed draft; whoever does so can't publish it."""
    connection = await tx.session.connection()
    call = await staff_call(connection, call_id)
    draft_form = await _draft_form(connection, form, call)
    if other := await _reshaped(view, connection, draft_form, call):
        return other
    fields, draft = draft_form.fields, await _read(tx, draft_form, call_id)
    again = partial(_not_saved, view, call_id, fields)
    async with redrawn(
        tx, fields, again, late=("changed_meanwhile",), own_words=True, place=draft_form.field_of
    ):
        await change_draft(tx, call_id, draft, seen=seen_in(fields))
    return view.go(f"/staff/calls/{call_id}", _saved(draft_form))


async def _not_saved(
    view: View, call_id: UUID, fields: Fields, connection: AsyncConnection, status: int
) -> Page:
    """The form again with what was typed. When somebody else has saved meanwhile, saving once more replaces their text."""
    call = await staff_call(connection, call_id)
    if status == 409:
        fields.wrong("", filled(TYPED_MEANWHILE, name=call.drafted_by_name))
        return await _form_page(view, connection, fields, call=call, status=status)
    seen = fields.form.get("seen")
    return await _form_page(view, connection, fields, call=call, status=status, seen=seen)


async def _draft_form(connection: AsyncConnection, form: Form, call: CallStaff | None = None) -> DraftForm:
    beyond = [
        beneficiary.code for beneficiary in await beneficiaries(connection) if not beneficiary.western_balkans
    ]
    fields = Fields(form)
    fields.ignore("do", "seen")
    themes = [code for code, _name in await taxonomy(connection)]
    first = SHORT if form.get("mode") == Mode.URGENT else STANDARD
    return DraftForm(fields, beyond, themes, call.draft.form if call else first)


async def _reshaped(
    view: View, connection: AsyncConnection, draft_form: DraftForm, call: CallStaff | None
) -> Page | None:
    """The form again with another grid, more rows or monthly cut-offs, when one of these buttons was pressed; nothing is
    saved."""
    fields = draft_form.fields
    button, _colon, name = fields.form.get("do", "save").partition(":")
    if button == "save":
        return None
    draft_form.read()
    fields.errors.clear()
    spare, spare_criteria, cut_offs = SPARE_ROWS, SPARE_CRITERIA, None
    if button == "rows":
        spare = 2 * SPARE_ROWS
    elif button == "criteria":
        spare_criteria = 3 * SPARE_CRITERIA
    elif button == "more_cut_offs":
        cut_offs = cut_off_rows(fields.values, spare=MORE)
    elif button == "cut_offs":
        fields.values = with_monthly(fields)
    elif button == "grid" and name in PRESETS:
        fields.values = with_grid(fields.values, name)
    else:
        raise Stop(400, "malformed")
    return await _form_page(
        view,
        connection,
        fields,
        call=call,
        status=422 if fields.errors else 200,
        spare=spare,
        spare_criteria=spare_criteria,
        cut_offs=cut_offs,
        seen=fields.form.get("seen"),
    )


HANDLERS = [new_call, draft_call, edit_call, change_call]
