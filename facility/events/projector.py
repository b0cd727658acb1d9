"""Read models that follow the log in order, in batches, each with its position written beside it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Table, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database, is_outage
from facility.events.base import Event, Recorded, kind_of
from facility.events.failures import backoff, reason_of
from facility.events.log import to_recorded
from facility.events.models import EventRow, ProjectionPosition

log = logging.getLogger(__name__)

BATCH = 500


class Projection(msgspec.Struct, frozen=True):
    """A read model: its tables, the kinds of event it follows, and how a batch of them changes it.

    `apply` gets events in log order and a connection inside the transaction that also moves the position. The result
    must depend on the events alone: no clock, no generated ids, no state rows that may have moved on.
    """

    name: str
    tables: tuple[Table, ...]
    follows: tuple[type[Event], ...]
    apply: Callable[[AsyncConnection, Sequence[Recorded]], Awaitable[None]]


PROJECTIONS: dict[str, Projection] = {}


def projection(
    name: str, *, tables: Sequence[Table], follows: Sequence[type[Event]]
) -> Callable[..., Projection]:
    """Register `async def apply(connection, events)` as the read model `name`."""

    def register(apply: Callable[[AsyncConnection, Sequence[Recorded]], Awaitable[None]]) -> Projection:
        if name in PROJECTIONS:
            raise TypeError(f"two read models are named {name}")
        PROJECTIONS[name] = Projection(name, tuple(tables), tuple(follows), apply)
        return PROJECTIONS[name]

    return register


async def advance(db: Database, model: Projection, *, batch: int = BATCH) -> int:
    """Apply the next batch; how far the position moved. 0 when it is up to date or another process is at it."""
    async with db.engine.begin() as connection:
        if not (await connection.execute(_LOCK, {"name": model.name})).scalar():
            return 0
        position, end = await _next(connection, model.name, batch)
        if end == position:
            return 0
        events = await _between(connection, model, position, end)
        if events:
            await model.apply(connection, events)
        await _move(connection, model.name, end)
        return end - position


async def keep_up(db: Database, model: Projection, now: datetime, *, batch: int = BATCH) -> int:
    """`advance`, but where an event can't be applied everything before it is; there the model stops, which is written down
    beside its position, and tries again after a while. Raises only where the database is away."""
    try:
        return await advance(db, model, batch=batch)
    except Exception as error:
        if is_outage(error):
            raise
        if batch > 1:
            return await keep_up(db, model, now, batch=batch // 2)
        log.exception("%s stops", model.name)
        await _stop(db, model.name, now, reason_of(error))
        return 0


async def _stop(db: Database, name: str, now: datetime, error: str) -> None:
    attempts = select(ProjectionPosition.c.attempts).where(ProjectionPosition.c.name == name)
    async with db.engine.begin() as connection:
        failed = (await connection.scalar(attempts) or 0) + 1
        stopped = {"attempts": failed, "next_attempt_at": now + backoff(failed), "error": error}
        statement = insert(ProjectionPosition).values(name=name, position=0, **stopped)
        await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=stopped))


# Nobody waits for the disk here: should the machine fail, rows and position fall back together and are made again.
_LOCK = text(
    """
    SELECT pg_try_advisory_xact_lock(hashtext('facility.projection'), hashtext(:name)),
        set_config('synchronous_commit', 'off', true)
    """
)


_PROGRESS = text(
    """
    SELECT coalesce((SELECT position FROM projection WHERE name = :name), 0),
        (SELECT coalesce(max(position), 0) FROM event)
    """
)


async def _next(connection: AsyncConnection, name: str, batch: int) -> tuple[int, int]:
    """How far the model has come, and how far the next batch goes."""
    position, last = (await connection.execute(_PROGRESS, {"name": name})).one()
    return position, min(position + batch, last)


async def _between(
    connection: AsyncConnection, model: Projection, position: int, end: int
) -> Sequence[Recorded]:
    """The events that the model follows, after this position up to that one: positions have no gap."""
    rows = await connection.execute(
        select(EventRow.__table__)
        .where(
            EventRow.position > position,
            EventRow.position <= end,
            EventRow.kind.in_([kind.__name__ for kind in model.follows]),
        )
        .order_by(EventRow.position)
    )
    return [to_recorded(row) for row in rows]


async def _move(connection: AsyncConnection, name: str, position: int) -> None:
    moved = {"position": position, "attempts": 0, "next_attempt_at": None, "error": None}
    statement = insert(ProjectionPosition).values(name=name, **moved)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=moved))


async def reset(db: Database, model: Projection) -> None:
    """Empty the read model and put its position to 0; advancing then builds it anew, the same byte for byte."""
    async with db.engine.begin() as connection:
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('facility.projection'), hashtext(:name))"),
            {"name": model.name},
        )
        for table in model.tables:
            await connection.execute(delete(table))
        await _move(connection, model.name, 0)


async def positions(connection: AsyncConnection) -> dict[str, int]:
    """How far each read model has followed the log."""
    rows = await connection.execute(select(ProjectionPosition.c.name, ProjectionPosition.c.position))
    known = {row.name: row.position for row in rows}
    return {name: known.get(name, 0) for name in PROJECTIONS}


class Stop(msgspec.Struct, frozen=True):
    """A read model that has stopped: before which event, and why. The event is the next one after its position."""

    name: str
    error: str
    attempts: int
    next_attempt_at: datetime
    event_id: UUID
    kind: str


async def stops(connection: AsyncConnection) -> list[Stop]:
    """The read models that have stopped, by name."""
    rows = await connection.execute(_STOPS, {"names": list(PROJECTIONS)})
    return [Stop(**row._mapping) for row in rows]


_STOPS = text(
    """
    SELECT name, error, attempts, next_attempt_at, event.id AS event_id, event.kind
    FROM projection JOIN event ON event.position = projection.position + 1
    WHERE error IS NOT NULL AND name = ANY (CAST(:names AS text[])) ORDER BY name
    """
)


async def behind(db: Database, now: datetime) -> list[Projection]:
    """The read models that the log has left behind, but for those that have stopped and wait for their next attempt: one
    statement where asking each of them would take several."""
    async with db.reader() as connection:
        rows = await connection.execute(_BEHIND, {"names": list(PROJECTIONS), "now": now})
        return [PROJECTIONS[row.name] for row in rows]


_BEHIND = text(
    """
    SELECT name FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS model (name, place)
    LEFT JOIN projection USING (name)
    WHERE coalesce(position, 0) < (SELECT coalesce(max(position), 0) FROM event)
        AND (next_attempt_at IS NULL OR next_attempt_at <= :now) ORDER BY place
    """
)


async def log_position(connection: AsyncConnection) -> int:
    """The position of the last numbered event."""
    position: int = (
        await connection.execute(text("SELECT coalesce(max(position), 0) FROM event"))
    ).scalar_one()
    return position


def follows(model: Projection, event: Event) -> bool:
    """Whether the read model cares for this event."""
    return kind_of(event) in {kind.__name__ for kind in model.follows}
