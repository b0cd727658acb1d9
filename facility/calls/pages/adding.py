"""What the pages have in common on which a corrigendum adds sections and questions to a published form."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.forms.corrigendum import read_reason
from facility.calls.pages.shared import seen_in, shown
from facility.calls.queries.staff import CallStaff, staff_call
from facility.calls.rules.corrigenda import may_correct
from facility.calls.rules.forms import FormDefinition
from facility.calls.service.corrigenda import add_to_form
from facility.calls.words.calls import CHANGED_MEANWHILE, TYPES, WHO, check_in_words
from facility.db import Tx
from facility.forms.types import FieldType
from facility.refused import Reason
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Page, View
from facility.web.i18n import N_, filled, translated
from facility.web.sentences import sentence

BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
ADDABLE = {type_: name for type_, name in TYPES.items() if type_ is not FieldType.THEMES}
"""Every form has its one question about themes."""
SAVED = N_("Saved. A colleague checks and publishes the corrigendum.")
REMOVED = N_("Removed.")


async def correctable(connection: AsyncConnection, call_id: UUID) -> CallStaff:
    """The call, which can be corrected now. Raises Refused: rules.corrigenda.may_correct."""
    call = await staff_call(connection, call_id)
    may_correct(call.public.state, call.public.closes_at, clock.now())
    return call


def form_so_far(call: CallStaff) -> FormDefinition:
    """What the call will ask for, as far as it is written."""
    return call.corrigendum.draft.form if call.corrigendum else call.draft.form


def reason_where_none_is(call: CallStaff, fields: Fields) -> str:
    """The field "reason" of a form that begins a corrigendum; "" for one under way, which has its reason already."""
    return "" if call.corrigendum else read_reason(fields)


def at_corrigendum(call: CallStaff) -> str:
    return f"/staff/calls/{call.id}/corrigendum"


def adding_page(view: View, template: str, call: CallStaff, fields: Fields, **more: Any) -> Page:
    """One of these pages; `here` is the address of the added questions."""
    under_way = call.corrigendum
    return view.page(
        f"calls/{template}.html",
        status=more.pop("status", 200),
        **shown(call),
        form=fields,
        here=f"{at_corrigendum(call)}/questions",
        sections_here=f"{at_corrigendum(call)}/sections",
        seen=under_way.drafted_at.isoformat() if under_way else "",
        types=TYPES,
        who=WHO,
        check_in_words=check_in_words,
        **more,
    )


ONLY_CHANGE = N_("This is the only change in the corrigendum. Delete the corrigendum instead.")
PLACES = {"confidential_not_by_party": "by"}
"""Where a mistake of the whole form can be mended on the page of a section."""


def _note_conflict(fields: Fields, call: CallStaff) -> None:
    """Note what is no fault of a field: nothing would be left of the corrigendum, or somebody else was faster."""
    refused = fields.refusal
    if refused is None:
        return
    if "changed_meanwhile" in refused.codes and call.corrigendum:
        name = call.corrigendum.drafted_by_name
        fields.wrong("", filled(CHANGED_MEANWHILE, name=name))
    elif "nothing_corrected" in refused.codes:
        fields.errors[""] = [translated(ONLY_CHANGE)]
    elif refused.kind != "invalid":
        fields.wrong("", " ".join(map(sentence, refused.reasons)))


async def change_added(
    tx: Tx,
    call_id: UUID,
    fields: Fields,
    edit: Callable[[FormDefinition], FormDefinition],
    again: Callable[[CallStaff, int], Page],
    *,
    reason: str = "",
) -> None:
    """Carry out an edit of the form that the corrigendum makes. `again` draws the page after a refusal, from the call as it is
    then: 422, or 409 where it is not the form that is wrong. `reason`: of a corrigendum that begins with this edit."""

    async def draw(connection: AsyncConnection, status: int) -> Page:
        call = await correctable(connection, call_id)
        _note_conflict(fields, call)
        return again(call, status)

    def place(reason: Reason) -> str:
        name = PLACES.get(reason.code) or reason.field or ""
        return name if name in fields.values else ""

    async with redrawn(tx, fields, draw, late=True, own_words=True, place=place):
        await add_to_form(tx, call_id, edit, reason=reason, seen=seen_in(fields))
