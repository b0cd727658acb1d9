"""Commands on calls: one person drafts, another publishes, time closes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from facility.calls import rules
from facility.calls.events import CallClosed, CallDraftChanged, CallDrafted, CallPublished
from facility.calls.models import Call, CallState
from facility.calls.rules import CallDraft, CallRules, Grid
from facility.contracts.models import Envelope
from facility.db import Database, Tx, new_id
from facility.events import record, scheduled
from facility.refused import Reason, refuse, refuse_if

__all__ = [
    "CallDraft",
    "change_draft",
    "close_call",
    "close_due",
    "draft_call",
    "mark_decided",
    "publish_call",
    "rules_of",
    "share_call",
]


def rules_of(call: Any) -> CallRules:
    """The rules of a call: a Call, or a result row with its columns."""
    return CallRules(
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        amount=call.amount,
        award_min=call.award_min,
        award_max=call.award_max,
        min_beneficiaries=call.min_beneficiaries,
        extended_to=frozenset(call.extended_to),
        skip_unaffordable=call.skip_unaffordable,
        grid=msgspec.convert(call.grid, Grid),
    )


async def draft_call(tx: Tx, draft: CallDraft) -> Call:
    """Write a draft. Raises Refused (invalid): rules.draft_mistakes, "reference_taken"."""
    author = _author(tx)
    await _refuse_mistakes(tx, draft, None)
    call = Call(
        id=new_id(),
        mode="deadline",
        state=CallState.DRAFT,
        drafted_by=author,
        drafted_at=tx.now,
        **_columns(draft),
    )
    tx.add(call)
    await _save(tx)
    await record(tx, CallDrafted(call_id=call.id, envelope_id=call.envelope_id))
    return call


async def change_draft(tx: Tx, call_id: UUID, draft: CallDraft, *, seen: datetime | None = None) -> Call:
    """Rewrite a draft; its author is now who did this. Nothing happens when nothing differs.

    `seen`: the draft's `drafted_at` as the author saw it. Raises Refused: "rules_frozen" once it is published,
    "changed_meanwhile" when somebody else rewrote it after that, else as draft_call.
    """
    author = _author(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    _refuse_if_changed(call, seen)
    await _refuse_mistakes(tx, draft, call_id)
    columns = _columns(draft)
    fields = sorted(name for name, value in columns.items() if getattr(call, name) != value)
    if not fields:
        return call
    for name in fields:
        setattr(call, name, columns[name])
    call.drafted_by, call.drafted_at = author, tx.now
    await _save(tx)
    await record(tx, CallDraftChanged(call_id=call_id, envelope_id=call.envelope_id, fields=fields))
    return call


async def publish_call(tx: Tx, call_id: UUID, *, seen: datetime | None = None) -> Call:
    """Publish a draft as a second person; from now on its rules are frozen.

    `seen`: the draft's `drafted_at` as it was checked. Raises Refused: "rules_frozen" when it is published already,
    "changed_meanwhile" when it was rewritten after that, "same_person", "closes_in_the_past".
    """
    publisher = _author(tx)
    call = await tx.lock(Call, call_id)
    if call.state != CallState.DRAFT:
        refuse("rules_frozen")
    _refuse_if_changed(call, seen)
    rules.may_publish(call.drafted_by, publisher)
    rules.may_still_publish(rules_of(call), tx.now)
    call.state = CallState.PUBLISHED
    call.published_by, call.published_at = publisher, tx.now
    await record(
        tx,
        CallPublished(
            call_id=call_id,
            envelope_id=call.envelope_id,
            opens_at=call.opens_at,
            closes_at=call.closes_at,
            amount=call.amount,
        ),
    )
    return call


async def share_call(tx: Tx, call_id: UUID) -> Call:
    """The call as it is now, held so that it can't close (or be decided) until the transaction ends.

    Submissions hold it together; closing waits for all of them. Whether one is in time is rules.is_open at the
    instant it was received, and not the state. Raises Refused (missing).
    """
    query = select(Call).where(Call.id == call_id).with_for_update(read=True)
    call = (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if call is None:
        refuse("not_found", kind="missing", what="call")
    return call


async def close_call(tx: Tx, call_id: UUID, *, due_at: datetime) -> bool:
    """Close a published call whose time is over; False when that was done already.

    Takes the row's lock, so it waits for submissions under way. `due_at`: the instant it should have happened, which
    the event bears. Raises Refused: "still_open", "not_published".
    """
    call = await tx.lock(Call, call_id)
    if call.state == CallState.DRAFT:
        refuse("not_published")
    if call.state != CallState.PUBLISHED:
        return False
    rules.may_close(rules_of(call), tx.now)
    call.state = CallState.CLOSED
    call.closed_at = tx.now
    await record(tx, CallClosed(call_id=call_id), due_at=due_at)
    return True


@scheduled("calls: close what is due")
async def close_due(db: Database, now: datetime) -> int:
    """Close every published call whose time is over, each in its own transaction, the earliest first."""
    due = (
        select(Call.id, Call.closes_at)
        .where(Call.state == CallState.PUBLISHED, Call.closes_at <= now)
        .order_by(Call.closes_at, Call.id)
    )
    async with db.reader() as connection:
        calls = (await connection.execute(due)).all()
    closed = 0
    for call in calls:
        async with db.transaction(now=now) as tx:
            closed += await close_call(tx, call.id, due_at=call.closes_at)
    return closed


def mark_decided(tx: Tx, call: Call) -> None:
    """Note that the awards of this locked call were decided. Raises Refused "not_closed" when it isn't closed
    or was decided before."""
    if call.state != CallState.CLOSED:
        refuse("not_closed")
    call.state = CallState.DECIDED
    call.decided_at = tx.now


def _author(tx: Tx) -> UUID:
    if tx.actor is None:
        refuse("sign_in_first", kind="forbidden")
    return tx.actor


def _refuse_if_changed(call: Call, seen: datetime | None) -> None:
    if seen is not None and call.drafted_at != seen:
        refuse("changed_meanwhile")


def _columns(draft: CallDraft) -> dict[str, Any]:
    """The draft as values of the table's columns."""
    fields = msgspec.structs.asdict(draft)
    return {
        **fields,
        "extended_to": sorted(set(draft.extended_to)),
        "grid": msgspec.json.decode(msgspec.json.encode(draft.grid)),
    }


async def _refuse_mistakes(tx: Tx, draft: CallDraft, call_id: UUID | None) -> None:
    envelope = (
        await tx.session.execute(select(Envelope.amount).where(Envelope.id == draft.envelope_id))
    ).scalar()
    if envelope is None:
        refuse("envelope_unknown", kind="invalid", field="envelope_id")
    found = rules.draft_mistakes(draft, Decimal(envelope))
    taken = select(Call.id).where(Call.reference == draft.reference, Call.id != call_id)
    if (await tx.session.execute(taken)).first():
        found.append(Reason("reference_taken", "reference"))
    refuse_if(found)


async def _save(tx: Tx) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        # Somebody else took the reference between the question and the insert.
        if "uq_call_reference" not in str(error.orig):
            raise
        refuse("reference_taken", kind="invalid", field="reference")
