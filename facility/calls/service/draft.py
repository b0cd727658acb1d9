"""Writing and rewriting a draft."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from facility.calls.events import CallDraftChanged, CallDrafted
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft, draft_mistakes
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.duties import run
from facility.calls.service.people import acting, refuse_if_changed
from facility.calls.service.reading import columns_of
from facility.contracts.models import Envelope
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import Reason, refuse, refuse_if

MOST = Decimal("Infinity")


async def draft_call(tx: Tx, draft: CallDraft, *, cloned_from: UUID | None = None) -> Call:
    """Write a draft, perhaps one made from an earlier call. Raises Refused (invalid): rules.draft_mistakes, "reference_taken"."""
    author = acting(tx)
    await refuse_mistakes(tx, draft, None)
    call = Call(
        id=new_id(),
        state=CallState.DRAFT,
        current_version=0,
        cloned_from=cloned_from,
        taxonomy=[],
        drafted_by=author,
        drafted_at=tx.now,
        **columns_of(draft),
    )
    tx.add(call)
    await _save(tx)
    await run(tx, call.id, Duty.DRAFTED)
    await record(tx, CallDrafted(call_id=call.id, envelope_id=call.envelope_id, cloned_from=cloned_from))
    return call


async def change_draft(tx: Tx, call_id: UUID, draft: CallDraft, *, seen: datetime | None = None) -> Call:
    """Rewrite a draft; its author is now who did this. Nothing happens when nothing differs.

    `seen`: the draft's `drafted_at` as the author saw it. Raises Refused: "rules_frozen" once it is published,
    "changed_meanwhile" when somebody else rewrote it after that, else as draft_call.
    """
    author = acting(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    refuse_if_changed(call, seen)
    await refuse_mistakes(tx, draft, call_id)
    columns = columns_of(draft)
    fields = sorted(name for name, value in columns.items() if getattr(call, name) != value)
    if not fields:
        return call
    await run(tx, call_id, Duty.DRAFTED)
    for name in fields:
        setattr(call, name, columns[name])
    call.drafted_by, call.drafted_at = author, tx.now
    await _save(tx)
    await record(tx, CallDraftChanged(call_id=call_id, envelope_id=call.envelope_id, fields=fields))
    return call


async def refuse_mistakes(
    tx: Tx, draft: CallDraft, call_id: UUID | None, also: Collection[Reason] = ()
) -> None:
    """Raises Refused (invalid) with every mistake of the draft of this call (None: a new one), and `also` these."""
    mistakes = [*also]
    mistakes += [reason for reason in await mistakes_of(tx, draft, call_id) if reason not in also]
    refuse_if(mistakes)


async def mistakes_of(tx: Tx, draft: CallDraft, call_id: UUID | None) -> list[Reason]:
    """Every mistake of the draft of this call (None: a new one): rules.draft_mistakes, "envelope_unknown", "reference_taken"."""
    envelope = (
        await tx.session.execute(select(Envelope.amount).where(Envelope.id == draft.envelope_id))
    ).scalar()
    mistakes = draft_mistakes(draft, MOST if envelope is None else envelope)
    if envelope is None:
        mistakes.append(Reason("envelope_unknown", "envelope_id"))
    taken = select(Call.id).where(Call.reference == draft.reference, Call.id != call_id)
    if (await tx.session.execute(taken)).first():
        mistakes.append(Reason("reference_taken", "reference"))
    return mistakes


async def _save(tx: Tx) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        # Somebody else took the reference between the question and the insert.
        if "uq_call_reference" not in str(error.orig):
            raise
        refuse("reference_taken", kind="invalid", field="reference")
