"""Reads of what was due and failed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.events.models import DeliveryState, FailedStep

MOST = 100


class FailedShown(msgspec.Struct, frozen=True):
    """An item of a scheduled step that failed; `item` is empty where it was the step as a whole."""

    id: UUID
    step: str
    item: str
    parked: bool
    attempts: int
    failed_at: datetime
    next_attempt_at: datetime
    error: str


_NAMES = [name for name in FailedShown.__struct_fields__ if name != "parked"]


async def failed(connection: AsyncConnection) -> tuple[Sequence[FailedShown], int]:
    """What failed and is not done, newest first, the first of them; and how many there are."""
    columns = [getattr(FailedStep, name) for name in _NAMES]
    query = (
        select(
            *columns,
            (FailedStep.state == DeliveryState.PARKED).label("parked"),
            func.count().over().label("all"),
        )
        .where(FailedStep.state != DeliveryState.DONE)
        .order_by(FailedStep.failed_at.desc(), FailedStep.id)
        .limit(MOST)
    )
    rows = (await connection.execute(query)).all()
    shown = [FailedShown(**{name: getattr(row, name) for name in (*_NAMES, "parked")}) for row in rows]
    return shown, rows[0].all if rows else 0
