"""When somebody last looked at a draft."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert

from facility.calls.models.look import CallLook
from facility.calls.service.people import acting
from facility.db import Tx

VISIT = timedelta(minutes=30)
"""So long after its beginning everything is the same look: whoever loads the page again still sees what is new."""


async def look(tx: Tx, call_id: UUID) -> datetime | None:
    """Note that this person looks at a draft now. Returns when their previous visit was, None the first time: what
    changed since is new to them."""
    row = insert(CallLook).values(call_id=call_id, person_id=acting(tx), looked_at=tx.now)
    is_over = CallLook.looked_at < tx.now - VISIT
    seen = {
        "looked_at": case((is_over, tx.now), else_=CallLook.looked_at),
        "before_at": case((is_over, CallLook.looked_at), else_=CallLook.before_at),
    }
    key = [CallLook.call_id, CallLook.person_id]
    since = func.coalesce(CallLook.before_at, CallLook.looked_at)
    looked = row.on_conflict_do_update(index_elements=key, set_=seen).returning(since)
    before: datetime = (await tx.session.execute(looked)).scalar_one()
    return before if before != tx.now else None


async def forget_looks(tx: Tx, call_id: UUID) -> None:
    """What was published does not change any more as a draft."""
    await tx.session.execute(delete(CallLook).where(CallLook.call_id == call_id))
