"""What changed in the draft of a call, and by whom."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection


class DraftChange(msgspec.Struct, frozen=True):
    """A field of the draft that somebody changed, and when they last did."""

    field: str
    name: str
    at: datetime


_CHANGES = text(
    """
    SELECT field, person.name, max(recorded_at) AS at
    FROM event CROSS JOIN LATERAL jsonb_array_elements_text(data -> 'fields') AS field
    JOIN person ON person.id = actor_id
    WHERE subject_id = :call_id AND kind = 'CallDraftChanged' AND recorded_at > :since
    GROUP BY field, person.id ORDER BY max(recorded_at), field
    """
).bindparams(bindparam("call_id", type_=Uuid()))


async def draft_changes(connection: AsyncConnection, call_id: UUID, since: datetime) -> list[DraftChange]:
    """What was saved since then, the latest last: one statement."""
    rows = await connection.execute(_CHANGES, {"call_id": call_id, "since": since})
    return [DraftChange(row.field, row.name, row.at) for row in rows]
