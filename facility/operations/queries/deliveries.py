"""Reads of what is parked: reactions that failed too often."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.events.log import to_recorded
from facility.events.models import Delivery, DeliveryState, EventRow
from facility.operations.queries.shut import shut_objects
from facility.web.history import moments

PAGE = 25


class ParkedShown(msgspec.Struct, frozen=True):
    """A parked delivery: what happened in a sentence, and which reaction to it failed, how often and how."""

    id: int
    happened: str
    recorded_at: datetime
    subject: str
    subject_id: UUID
    reaction: str
    attempts: int
    error: str


async def parked(
    connection: AsyncConnection, viewer: UUID, before: int | None = None
) -> tuple[list[ParkedShown], int | None]:
    """A page of parked deliveries, newest first, and the id to pass as `before` for the next page. Without those about what is
    closed to the viewer: a colleague runs them again."""
    query = (
        select(
            EventRow.__table__,
            Delivery.id.label("delivery_id"),
            Delivery.reaction,
            Delivery.attempts,
            Delivery.error,
        )
        .join(EventRow, EventRow.id == Delivery.event_id)
        .where(Delivery.state == DeliveryState.PARKED, EventRow.subject_id.not_in(shut_objects(viewer)))
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Delivery.id < before)
    rows = (await connection.execute(query)).all()
    lines = [
        ParkedShown(
            id=row.delivery_id,
            happened=moment.text,
            recorded_at=row.recorded_at,
            subject=row.subject,
            subject_id=row.subject_id,
            reaction=row.reaction,
            attempts=row.attempts,
            error=row.error or "",
        )
        for row, moment in zip(
            rows[:PAGE], moments([to_recorded(row) for row in rows[:PAGE]], {}), strict=True
        )
    ]
    return lines, lines[-1].id if len(rows) > PAGE else None


async def count(connection: AsyncConnection) -> int:
    query = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.PARKED)
    return (await connection.execute(query)).scalar_one()
