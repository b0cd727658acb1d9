"""A new draft made from an earlier call."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.calls.models.call import Call
from facility.calls.service.draft import draft_call
from facility.calls.service.people import refuse_batch
from facility.calls.service.reading import draft_of
from facility.db import Tx
from facility.zone import BRUSSELS


async def clone_call(
    tx: Tx, call_id: UUID, *, reference: str, opens_at: datetime, amount: Decimal | None = None
) -> Call:
    """Draft a call with the texts, rules, form, grid and checklist of this one, under a new reference. Its dates move together
    with the opening, by days: each keeps its hour in Brussels, whatever the hour of the opening and also where the clocks are
    changed in between. amount: of the new call, in EUR, where it is another.

    Raises Refused (invalid) as draft_call: the envelope may hold less by now.
    """
    call = await tx.get(Call, call_id)
    refuse_batch(call)
    draft = draft_of(call)
    moved = {
        name: at and moved_with(at, draft.opens_at, opens_at)
        for name in ("closes_at", "questions_until", "answers_until")
        for at in (getattr(draft, name),)
    }
    cut_offs = tuple(moved_with(at, draft.opens_at, opens_at) for at in draft.cut_offs)
    new = msgspec.structs.replace(
        draft,
        reference=reference,
        opens_at=opens_at,
        cut_offs=cut_offs,
        amount=draft.amount if amount is None else amount,
        **moved,
    )
    made = await draft_call(tx, new, cloned_from=call_id)
    made.checklist = call.checklist
    return made


def moved_with(at: datetime, anchor: datetime, new_anchor: datetime) -> datetime:
    """`at`, moved by the days by which the anchor moves in Brussels, at the same hour there."""
    by = new_anchor.astimezone(BRUSSELS).date() - anchor.astimezone(BRUSSELS).date()
    local = at.astimezone(BRUSSELS).replace(tzinfo=None) + by
    return local.replace(tzinfo=BRUSSELS).astimezone(at.tzinfo)
