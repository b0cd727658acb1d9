"""Who hears of urgent applications and their time."""

from datetime import datetime

from facility.awards.rules.urgent import decide_by
from facility.awards.service.news import deciders
from facility.calls.events import CallClosed, DecisionHalfTime, DecisionOverdue
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.filters import instant
from facility.web.i18n import _


@reacts_to(CallClosed)
async def tell_of_urgent(tx: Tx, event: CallClosed) -> None:
    """An urgent application closes its batch at its receipt, and its hours run: who opens and decides it is told."""
    call = await tx.get(Call, event.call_id)
    if call.mode == Mode.URGENT and call.series_id is not None:
        assert call.decide_within_hours is not None, "urgent calls say how long it may take"
        await _tell_of_urgent(tx, call, decide_by(call.closes_at, call.decide_within_hours), "received")


@reacts_to(DecisionHalfTime, DecisionOverdue)
async def remind_of_urgent(tx: Tx, event: DecisionHalfTime | DecisionOverdue) -> None:
    """The secretariat and the authorising officers are told that the time for an urgent decision runs out."""
    how = "overdue" if isinstance(event, DecisionOverdue) else "half"
    await _tell_of_urgent(tx, await tx.get(Call, event.call_id), event.decide_by, how)


async def _tell_of_urgent(tx: Tx, call: Call, by: datetime, how: str) -> None:
    for person in await deciders(tx):
        await post(
            tx,
            template="awards/urgent",
            to=person.email,
            to_name=person.name,
            subject=_("Urgent: {call}", call=call.reference),
            subject_id=call.id,
            context={"call": call.reference, "by": instant(by), "how": how, "path": f"/urgent/{call.id}"},
        )
