"""What a call's applications are checked for."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from facility.calls.events import CallDraftChanged
from facility.calls.models.call import Call
from facility.calls.queries.checklist import checklist_in
from facility.calls.rules.checklist import checklist_of
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.duties import run
from facility.calls.service.people import acting
from facility.db import Tx
from facility.events.log import record
from facility.refused import refuse


async def change_checklist(tx: Tx, call_id: UUID, chosen: Sequence[str], own: Sequence[str]) -> Call:
    """Choose what is checked, while the call is a draft; its author is now who did this. Nothing happens when nothing differs.

    Refused: "rules_frozen", and as `rules.checklist.checklist_of`.
    """
    author = acting(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    items = checklist_of(chosen, own)
    if items == checklist_in(call):
        return call
    await run(tx, call_id, Duty.DRAFTED)
    call.checklist = msgspec.to_builtins(items)
    call.drafted_by, call.drafted_at = author, tx.now
    await record(tx, CallDraftChanged(call_id=call_id, envelope_id=call.envelope_id, fields=["checklist"]))
    return call
