"""What the pages have in common on which a corrigendum adds sections and questions to a published form."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.forms.corrigendum import MAX_REASON
from facility.calls.pages.shared import seen_in, shown
from facility.calls.queries.staff import CallStaff, staff_call
from facility.calls.rules.corrigenda import may_correct
from facility.calls.rules.forms import FieldType, FormDefinition
from facility.calls.service.corrigenda import add_to_form
from facility.calls.words.calls import TYPES, WHO, check_in_words, condition
from facility.db import Tx
from facility.refused import Reason, Refused
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Page, View
from facility.web.i18n import _
from facility.web.stops import Wrong

BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
ADDABLE = {type_: name for type_, name in TYPES.items() if type_ is not FieldType.THEMES}
"""Every form has its one question about themes."""


async def correctable(connection: AsyncConnection, call_id: UUID) -> CallStaff:
    """The call, which can be corrected now. Raises Refused: rules.corrigenda.may_correct."""
    found = await staff_call(connection, call_id)
    may_correct(found.call.state, found.call.closes_at, clock.now())
    return found


def form_so_far(found: CallStaff) -> FormDefinition:
    """What the call will ask for, as far as it is written."""
    return found.corrigendum.draft.form if found.corrigendum else found.draft.form


def reason_where_none_is(found: CallStaff, fields: Fields) -> str:
    """The field "reason" of a form that begins a corrigendum; one under way has its reason."""
    return "" if found.corrigendum else fields.text("reason", most=MAX_REASON, multiline=True)


def at_corrigendum(found: CallStaff) -> str:
    """The address of the corrigendum."""
    return f"/staff/calls/{found.id}/corrigendum"


def adding_page(view: View, template: str, found: CallStaff, fields: Fields, **more: Any) -> Page:
    """One of the pages: `here` is that with everything that is added."""
    under_way = found.corrigendum
    return view.page(
        f"calls/{template}.html",
        status=more.pop("status", 200),
        **shown(found),
        form=fields,
        here=f"{at_corrigendum(found)}/questions",
        sections_here=f"{at_corrigendum(found)}/sections",
        seen=under_way.drafted_at.isoformat() if under_way else "",
        types=TYPES,
        who=WHO,
        said=check_in_words,
        condition=condition,
        **more,
    )


PLACES = {"confidential_not_by_party": "by"}
"""Where a mistake of the whole form can be mended on the page of a section."""


def _place(reason: Reason, fields: Fields) -> str:
    """The field of the page that a reason is about, or the form as a whole."""
    place = PLACES.get(reason.code) or reason.field or ""
    return place if place in fields.values else ""


async def _not_saved(tx: Tx, call_id: UUID, fields: Fields, refused: Refused) -> CallStaff:
    """The call as it is now, with what was refused told on the form; raises anew what is no answer to it."""
    if refused.kind == "missing" or "too_late_to_correct" in refused.codes:
        raise refused
    await tx.undo()
    found = await correctable(await tx.session.connection(), call_id)
    if "changed_meanwhile" in refused.codes and found.corrigendum:
        name = found.corrigendum.drafted_by_name
        fields.wrong(
            "", _("{name} changed this corrigendum meanwhile. Look at it, and save again.", name=name)
        )
    elif "nothing_corrected" in refused.codes:
        fields.wrong(
            "", _("This is all that the corrigendum changes. Throw the whole corrigendum away instead.")
        )
    else:
        told = [Reason(one.code, _place(one, fields), one.params) for one in refused.reasons]
        fields.refused(Refused(told, "invalid"))
    return found


async def change_added(
    tx: Tx,
    call_id: UUID,
    fields: Fields,
    edit: Callable[[FormDefinition], FormDefinition],
    again: Callable[[CallStaff, int], Page],
    *,
    reason: str = "",
) -> None:
    """Carry out an edit of the form that the corrigendum makes; otherwise raise Wrong with the page again, drawn from the call
    as it is now: 422, or 409 where it is not the form that is wrong. reason: of a corrigendum that begins with this."""
    try:
        fields.check()
        await add_to_form(tx, call_id, edit, reason=reason, seen=seen_in(fields))
    except Refused as refused:
        found = await _not_saved(tx, call_id, fields, refused)
        raise Wrong(again(found, 422 if refused.kind == "invalid" else 409)) from None
