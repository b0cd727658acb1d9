"""Which batch of a rolling or urgent call an application belongs to: from its submission, and once carried over."""

from datetime import datetime
from uuid import UUID

from facility.applications.events import ApplicationCarriedOver
from facility.applications.models.application import Application
from facility.applications.models.carry_over import CarryOver
from facility.applications.service.ending import end_what_is_open
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.calls.service.batches import batch_of, make_urgent_batch
from facility.db import Tx
from facility.events.log import record


async def window_of(tx: Tx, application: Application, call: Call, received_at: datetime) -> Call | None:
    """The call whose window an application received at this instant falls in: the call itself, or the batch of a rolling
    series, held so that it can't close meanwhile. None where no window holds the instant: the rules say why.

    What is asked for by way of exception stays with the series, since it is never ranked.
    """
    if call.is_series and call.mode == Mode.ROLLING and application.track == "joint":
        return await batch_of(tx, call, received_at)
    return call


async def taken_in(tx: Tx, application: Application, window: Call, received_at: datetime) -> Call:
    """The call that the application belongs to from its submission on; an urgent one gets a call of its own."""
    if window.is_series and application.track == "joint":
        window = await make_urgent_batch(tx, window, received_at)
    application.call_id = window.id
    return window


async def carry_over(tx: Tx, application: Application, to: Call) -> None:
    """Move a locked application to the next batch, as it is: its reference, receipt, parties, documents, admissibility and
    assessments stay; what was open about it in its batch ends. For awards, which decide that there was no money for it."""
    await end_what_is_open(tx, [application.id])
    tx.add(
        CarryOver(
            application_id=application.id, from_call_id=application.call_id, to_call_id=to.id, at=tx.now
        )
    )
    event = ApplicationCarriedOver(
        application_id=application.id, from_call_id=application.call_id, call_id=to.id
    )
    application.call_id = to.id
    await tx.flush()
    await record(tx, event)


async def was_carried_over(tx: Tx, application_id: UUID) -> bool:
    """Whether the application has used its one time to be carried over."""
    return await tx.session.get(CarryOver, application_id) is not None
