"""Urgent applications that are to be decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.rules.urgent import STANDS, decide_by
from facility.refused import refuse


class UrgentLine(msgspec.Struct, frozen=True):
    """An urgent application on the list of those that are to be decided."""

    id: UUID
    reference: str
    application: str
    closes_at: datetime
    decide_within_hours: int
    state: str
    opened: bool
    proposed: bool
    decided_at: datetime | None

    @property
    def decide_by(self) -> datetime:
        """Until when it is to be decided."""
        return decide_by(self.closes_at, self.decide_within_hours)


_COLUMNS = """
    SELECT call.id, call.reference, application.reference AS application, call.closes_at, call.decide_within_hours,
        call.state, call.opened_at IS NOT NULL AS opened, call.decided_at,
        EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id) AS proposed
    FROM call JOIN application ON application.call_id = call.id AND track = 'joint'
"""


_OPEN = text(
    f"{_COLUMNS} WHERE mode = 'urgent' AND series_id IS NOT NULL AND call.state = 'closed' AND {STANDS}"
    f" AND NOT {shut_out()} ORDER BY call.closes_at, call.id"
)


_ONE = text(f"{_COLUMNS} WHERE mode = 'urgent' AND call.id = :call")


async def to_decide(connection: AsyncConnection, viewer: UUID) -> list[UrgentLine]:
    """Urgent applications that are not decided, the one that presses most first; without those that are closed to the
    viewer."""
    return [_line(row) for row in await connection.execute(_OPEN, {"viewer": viewer})]


async def urgent(connection: AsyncConnection, call_id: UUID) -> UrgentLine:
    """An urgent application by its call. Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"call": call_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="call")
    return _line(row)


def _line(row: Any) -> UrgentLine:
    return UrgentLine(**row._mapping)
