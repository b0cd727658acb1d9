"""A second person publishes what the first has drafted."""

from datetime import datetime
from uuid import UUID

from facility.calls.events import CallPublished
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.queries.taxonomy import taxonomy
from facility.calls.rules.call import form_is_complete, may_publish, may_still_publish
from facility.calls.rules.modes import Mode
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.batches import make_batches
from facility.calls.service.duties import run
from facility.calls.service.looks import forget_looks
from facility.calls.service.lots import draw_lot
from facility.calls.service.people import acting, refuse_if_changed
from facility.calls.service.reading import content_of, draft_of, form_of, rules_of
from facility.db import Tx
from facility.events.log import record
from facility.refused import refuse


async def publish_call(tx: Tx, call_id: UUID, *, seen: datetime | None = None) -> Call:
    """Publish a draft as a second person; from now on its rules are frozen.

    `seen`: the draft's `drafted_at` as it was checked. Raises Refused: "rules_frozen" when it is published already,
    "changed_meanwhile" when it was rewritten after that, "same_person", "closes_in_the_past",
    "form_incomplete".
    """
    publisher = acting(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    refuse_if_changed(call, seen)
    may_publish(call.drafted_by, publisher)
    await run(tx, call_id, Duty.PUBLISHED)
    may_still_publish(rules_of(call), tx.now)
    form_is_complete(form_of(call))
    call.state = CallState.PUBLISHED
    call.published_by, call.published_at = publisher, tx.now
    call.current_version = 1
    call.taxonomy = await taxonomy(await tx.session.connection(), call.only_themes)
    tx.add(
        CallVersion(
            call_id=call_id,
            number=1,
            content=content_of(draft_of(call)),
            reason="",
            drafted_by=call.drafted_by,
            drafted_at=call.drafted_at,
            published_by=publisher,
            published_at=tx.now,
        )
    )
    await tx.flush()
    await forget_looks(tx, call_id)
    await record(
        tx,
        CallPublished(
            call_id=call_id,
            envelope_id=call.envelope_id,
            opens_at=call.opens_at,
            closes_at=call.closes_at,
            amount=call.amount,
            lot=None if call.is_series else await draw_lot(tx, call),
        ),
    )
    if call.mode == Mode.ROLLING:
        await make_batches(tx, call)
    return call
