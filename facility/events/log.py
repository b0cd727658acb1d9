"""Appending to the log, and reading the history of one subject."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx, new_id
from facility.events.base import Event, Recorded, from_data, kind_of, to_data
from facility.events.models import Delivery, EventRow
from facility.events.reactions import subscribers

GENESIS = b"\0" * 32
"""What stands before the first event of a subject."""


def chain_hash(previous: bytes, envelope: dict[str, Any], data: dict[str, Any]) -> bytes:
    """SHA-256 over the previous event's hash and this event's canonical JSON (keys sorted, no spaces)."""
    body = msgspec.json.encode({**envelope, "data": data}, order="sorted")
    return hashlib.sha256(previous + body).digest()


def envelope_of(row: Any) -> dict[str, Any]:
    """What the hash covers beside the data. `row` is an EventRow or a result row with its columns."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "subject": row.subject,
        "subject_id": str(row.subject_id),
        "version": row.version,
        "actor_id": str(row.actor_id) if row.actor_id else None,
        "due_at": row.due_at.timestamp(),
        "recorded_at": row.recorded_at.timestamp(),
        "correlation_id": str(row.correlation_id),
        "causation_id": str(row.causation_id) if row.causation_id else None,
    }


async def _head(tx: Tx, subject: str, subject_id: UUID) -> tuple[int, bytes]:
    """Version and hash of the subject's latest event."""
    if known := tx.heads.get((subject, subject_id)):
        return known
    latest = (
        await tx.session.execute(
            select(EventRow.version, EventRow.hash)
            .where(EventRow.subject_id == subject_id)
            .order_by(EventRow.version.desc())
            .limit(1)
        )
    ).first()
    return (latest.version, latest.hash) if latest else (0, GENESIS)


async def record(tx: Tx, event: Event, *, due_at: datetime | None = None) -> UUID:
    """Append the event, and a delivery for each reaction to its kind, in the caller's transaction.

    `due_at` is the instant when it should have happened (default: now); after an outage it is earlier than
    the instant at which it is recorded. UNIQUE (subject, version) refuses a second writer on stale state.
    Returns the event's id.
    """
    version, previous = await _head(tx, event.subject, event.subject_id)
    data = to_data(event)
    row = EventRow(
        id=new_id(),
        kind=kind_of(event),
        subject=event.subject,
        subject_id=event.subject_id,
        version=version + 1,
        actor_id=tx.actor,
        due_at=due_at or tx.now,
        recorded_at=tx.now,
        correlation_id=tx.correlation,
        causation_id=tx.causation,
        data=data,
        previous_hash=previous,
    )
    row.hash = chain_hash(previous, envelope_of(row), data)
    await tx.session.execute(insert(EventRow).values({c: getattr(row, c) for c in _COLUMNS}))
    if reactions := subscribers(type(event)):
        await tx.session.execute(
            insert(Delivery).values(
                [{"event_id": row.id, "reaction": name, "next_attempt_at": tx.now} for name in reactions]
            )
        )
        tx.deliveries += len(reactions)
    tx.heads[(event.subject, event.subject_id)] = (row.version, row.hash)
    tx.recorded += 1
    return row.id


_COLUMNS = [c.key for c in EventRow.__table__.columns if c.key not in ("seq", "position")]


def to_recorded(row: Any) -> Recorded:
    """A row of `event` as an event again."""
    return Recorded(
        id=row.id,
        position=row.position,
        event=from_data(row.kind, row.data),
        version=row.version,
        actor_id=row.actor_id,
        due_at=row.due_at,
        recorded_at=row.recorded_at,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
    )


async def history(connection: AsyncConnection, *subject_ids: UUID, limit: int = 200) -> Sequence[Recorded]:
    """The latest events of these subjects, newest first."""
    rows = await connection.execute(
        select(EventRow.__table__)
        .where(EventRow.subject_id.in_(subject_ids))
        .order_by(EventRow.seq.desc())
        .limit(limit)
    )
    return [to_recorded(row) for row in rows]
