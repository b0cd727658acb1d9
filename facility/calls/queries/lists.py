"""Lists of calls: for everybody, and for those who run them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

PAGE = 25


class CallLine(msgspec.Struct, frozen=True):
    """A call on a public list; instants in UTC, amounts in EUR."""

    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    state: str


_LINE = "reference, title, opens_at, closes_at, amount, award_min, award_max, state"
_CURRENT = text(
    f"SELECT {_LINE} FROM call WHERE state <> 'draft' AND series_id IS NULL AND closes_at >= :now ORDER BY closes_at, id"  # noqa: S608
)
_PAST = text(
    f"""
    SELECT {_LINE} FROM call WHERE state <> 'draft' AND series_id IS NULL AND closes_at < :now
      AND (CAST(:before AS text) IS NULL OR (closes_at, id) < (SELECT closes_at, id FROM call WHERE reference = :before))
    ORDER BY closes_at DESC, id DESC LIMIT {PAGE + 1}
    """  # noqa: S608
)


async def current_calls(connection: AsyncConnection, now: datetime) -> tuple[list[CallLine], list[CallLine]]:
    """Calls that are open, and those to come, both by closing time: one statement."""
    lines = [CallLine(*row) for row in await connection.execute(_CURRENT, {"now": now})]
    return [line for line in lines if line.opens_at <= now], [line for line in lines if line.opens_at > now]


async def past_calls(
    connection: AsyncConnection, now: datetime, before: str | None
) -> tuple[list[CallLine], str | None]:
    """A page of calls that are over, the latest first, older than the call `before`; and where the next page begins."""
    rows = (await connection.execute(_PAST, {"now": now, "before": before})).all()
    lines = [CallLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].reference if len(rows) > PAGE else None


class StaffLine(msgspec.Struct, frozen=True):
    """A call on the staff's list."""

    id: UUID
    reference: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    envelope: str
    contract: str


_STAFF = text(
    f"""
    SELECT call.id, call.reference, call.title, call.state, call.opens_at, call.closes_at, call.amount,
           envelope.name AS envelope, contract.reference AS contract
    FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
    WHERE (CAST(:state AS text) IS NULL OR call.state = :state)
      AND (:envelope IS NULL OR call.envelope_id = :envelope) AND call.series_id IS NULL
      AND (:before IS NULL OR (call.closes_at, call.id) < (SELECT closes_at, id FROM call WHERE id = :before))
    ORDER BY call.closes_at DESC, call.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608
).bindparams(bindparam("envelope", type_=Uuid()), bindparam("before", type_=Uuid()))


async def staff_calls(
    connection: AsyncConnection,
    *,
    state: str | None = None,
    envelope: UUID | None = None,
    before: UUID | None = None,
) -> tuple[list[StaffLine], UUID | None]:
    """A page of all calls, the latest closing first, and the call before which the next page begins."""
    rows = (await connection.execute(_STAFF, {"state": state, "envelope": envelope, "before": before})).all()
    lines = [StaffLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None
