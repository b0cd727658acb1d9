"""Appending to the log, and reading the history of one subject."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx, new_id
from facility.events.base import Event, Recorded, from_data, kind_of, to_data
from facility.events.models import DeliveryState, EventRow
from facility.events.reactions import subscribers

GENESIS = b"\0" * 32
"""What stands before the first event of a subject."""


class Envelope(msgspec.Struct):
    """What the hash of an event covers, as its canonical JSON names it. Ids may be text; instants are seconds since 1970."""

    id: UUID | str
    kind: str
    subject: str
    subject_id: UUID | str
    version: int
    actor_id: UUID | str | None
    due_at: float
    recorded_at: float
    correlation_id: UUID | str
    causation_id: UUID | str | None
    data: dict[str, Any]


_canonical = msgspec.json.Encoder(order="sorted")


def canonical(envelope: Envelope) -> bytes:
    """An event as the chain covers it: JSON, keys sorted, no spaces."""
    return _canonical.encode(envelope)


def chain_hash(previous: bytes, envelope: Envelope) -> bytes:
    """SHA-256 over the previous event's hash and this event's canonical JSON."""
    return hashlib.sha256(previous + canonical(envelope)).digest()


def envelope_of(row: Any) -> Envelope:
    """`row` is an EventRow or a result row with its columns."""
    return Envelope(
        row.id,
        row.kind,
        row.subject,
        row.subject_id,
        row.version,
        row.actor_id,
        row.due_at.timestamp(),
        row.recorded_at.timestamp(),
        row.correlation_id,
        row.causation_id,
        row.data,
    )


class _Line(msgspec.Struct, kw_only=True):
    """An event before it is written: all of its row but the position in the chain."""

    id: UUID
    kind: str
    subject: str
    subject_id: UUID
    actor_id: UUID | None
    due_at: datetime
    recorded_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    data: dict[str, Any]
    reactions: Sequence[str]
    version: int = 0


async def record(tx: Tx, event: Event, *, due_at: datetime | None = None) -> UUID:
    """Append the event, and a delivery for each reaction to its kind, in the caller's transaction.

    `due_at` is the instant when it should have happened (default: now); after an outage it is earlier than
    the instant at which it is recorded. Written with the next flush, at the latest before the commit, together with all
    others of the transaction. UNIQUE (subject, version) then refuses a second writer. Returns the event's id; who
    refers to it by a foreign key flushes first.
    """
    line = _Line(
        id=new_id(),
        kind=kind_of(event),
        subject=event.subject,
        subject_id=event.subject_id,
        actor_id=tx.actor,
        due_at=due_at or tx.now,
        recorded_at=tx.now,
        correlation_id=tx.correlation,
        causation_id=tx.causation,
        data=to_data(event),
        reactions=subscribers(type(event)),
    )
    tx.unwritten.append(line)
    tx.at_flush(_append)
    tx.deliveries += len(line.reactions)
    tx.recorded += 1
    return line.id


async def _append(tx: Tx) -> None:
    """Write what was recorded since the last flush: one statement, or as many as one subject has events."""
    lines, tx.unwritten = tx.unwritten, []
    connection = await tx.session.connection()
    while lines:
        first = {line.subject_id: line for line in reversed(lines)}
        written = [line for line in lines if first[line.subject_id] is line]
        await connection.execute(_APPEND, _columns(written) | _deliveries(written) | {"now": tx.now})
        lines = [line for line in lines if first[line.subject_id] is not line]


_TYPES = {
    "id": "uuid",
    "kind": "text",
    "subject": "text",
    "subject_id": "uuid",
    "actor_id": "uuid",
    "due_at": "timestamptz",
    "recorded_at": "timestamptz",
    "correlation_id": "uuid",
    "causation_id": "uuid",
    "data": "jsonb",
}
_NAMES = ", ".join(_TYPES)
# Deliveries are for the reactions that this process knows and for those of the release that was last set up (since.py).
# The chain is closed here and not by us, which saves asking for the head first. `unversioned` is the canonical JSON up
# to the version, which is the last of its keys: `chain_hash` gives the same, as reconcile checks.
_APPEND = text(
    f"""
    WITH line AS (
        SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())},
            CAST(:unversioned AS text[])) WITH ORDINALITY AS line ({_NAMES}, unversioned, place)
    ), chained AS (
        SELECT line.*, coalesce(head.version, 0) + 1 AS version, coalesce(head.hash, :genesis) AS previous_hash
        FROM line LEFT JOIN LATERAL (
            SELECT version, hash FROM event WHERE subject_id = line.subject_id ORDER BY version DESC LIMIT 1
        ) AS head ON true
    ), appended AS (
        INSERT INTO event ({_NAMES}, version, previous_hash, hash)
        SELECT {_NAMES}, version, previous_hash,
            sha256(previous_hash || convert_to(unversioned || version || '}}', 'UTF8'))
        FROM chained ORDER BY place
    )
    INSERT INTO delivery (event_id, reaction, state, attempts, next_attempt_at)
    SELECT event_id, reaction, '{DeliveryState.WAITING}', 0, CAST(:now AS timestamptz)
    FROM (
        SELECT * FROM unnest(CAST(:event_ids AS uuid[]), CAST(:reactions AS text[])) WITH ORDINALITY
            AS ours (event_id, reaction, place)
        UNION ALL SELECT line.id, reaction, NULL FROM line JOIN reaction_since USING (kind)
            WHERE kind || ' ' || reaction <> ALL (CAST(:known AS text[]))
    ) AS called_for
    ORDER BY place NULLS LAST
    """  # noqa: S608 - our own names
).bindparams(genesis=GENESIS)


def _columns(lines: Sequence[_Line]) -> dict[str, list[Any]]:
    columns = {name: [getattr(line, name) for line in lines] for name in _TYPES}
    columns["data"] = [msgspec.json.encode(data).decode() for data in columns["data"]]
    columns["unversioned"] = [canonical(envelope_of(line)).decode().removesuffix("0}") for line in lines]
    return columns


def _deliveries(lines: Sequence[_Line]) -> dict[str, list[Any]]:
    pairs = [(line.id, name) for line in lines for name in line.reactions]
    known = {f"{line.kind} {name}" for line in lines for name in line.reactions}
    return {
        "event_ids": [key for key, _ in pairs],
        "reactions": [name for _, name in pairs],
        "known": sorted(known),
    }


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


LATEST = 200
"""Events that a page's history shows."""


async def history(
    connection: AsyncConnection, *subject_ids: UUID, kinds: Collection[type[Event]] | None = None
) -> Sequence[Recorded]:
    """The latest events of these subjects, newest first: one more than LATEST where there are older ones, so that the page
    can say so. kinds: only events of these."""
    query = select(EventRow.__table__).where(EventRow.subject_id.in_(subject_ids))
    if kinds is not None:
        query = query.where(EventRow.kind.in_(sorted(kind.__name__ for kind in kinds)))
    rows = await connection.execute(query.order_by(EventRow.seq.desc()).limit(LATEST + 1))
    return [to_recorded(row) for row in rows]
