"""Changing what a draft asks for."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from facility.calls.events import CallDraftChanged
from facility.calls.models.call import Call
from facility.calls.rules.forms import OF_PAGES, FormDefinition
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.duties import run
from facility.calls.service.people import acting, refuse_if_changed
from facility.calls.service.reading import form_of
from facility.db import Tx
from facility.events.log import record
from facility.forms.keys import key_mistakes
from facility.refused import refuse, refuse_if


async def change_form(
    tx: Tx,
    call_id: UUID,
    edit: Callable[[FormDefinition], FormDefinition],
    *,
    seen: datetime | None = None,
) -> Call:
    """Carry out an edit on a draft's form; the draft's author is now who did this. Nothing happens when nothing differs.

    A form may be incomplete while it is drafted: `publish_call` refuses it then. `seen`: the draft's `drafted_at` as the
    author saw it. Raises Refused: "rules_frozen", "changed_meanwhile", what the edit refuses, and (invalid) forms.keys.key_mistakes.
    """
    author = acting(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    refuse_if_changed(call, seen)
    old = form_of(call)
    new = edit(old)
    if new == old:
        return call
    refuse_if(key_mistakes(new.sections, OF_PAGES))
    await run(tx, call_id, Duty.DRAFTED)
    call.form = msgspec.json.decode(msgspec.json.encode(new))
    call.drafted_by, call.drafted_at = author, tx.now
    await record(tx, CallDraftChanged(call_id=call_id, envelope_id=call.envelope_id, fields=["form"]))
    return call
