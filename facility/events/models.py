"""Tables of the log. Rows of `event` are never changed, but for `position`, which is set once (see sequence.py)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class EventRow(Base):
    """One line of the log. `seq` is the order of insertion; `position` that of the log as its readers see it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("subject_id", "version"),
        Index("ix_event_unnumbered", "seq", postgresql_where=text("position IS NULL")),
        Index("ix_event_position", "position", unique=True),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    position: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    version: Mapped[int]
    actor_id: Mapped[UUID | None]
    due_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    correlation_id: Mapped[UUID] = mapped_column(index=True)
    causation_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class DeliveryState(StrEnum):
    """Where a delivery is: waiting for its turn, handed to the broker, done, or put aside after too many failures."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    DONE = "done"
    PARKED = "parked"


class Delivery(Base):
    """One reaction that one event calls for. Its effect and `done` are written in one transaction."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "reaction"),
        Index(
            "ix_delivery_due",
            "next_attempt_at",
            "id",
            postgresql_where=text("state IN ('waiting', 'handed_over')"),
        ),
        Index("ix_delivery_parked", "id", postgresql_where=text("state = 'parked'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    reaction: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


ReactionSince = Table(
    "reaction_since",
    Base.metadata,
    Column("kind", Base.type_annotation_map[str], primary_key=True),  # type: ignore[arg-type]
    Column("reaction", Base.type_annotation_map[str], primary_key=True),  # type: ignore[arg-type]
    Column("since_seq", BigInteger, nullable=False),
)
"""The reactions of the release that was last set up. `since_seq`: the last event before each; later ones of its kind have a
delivery."""


class FailedStep(Base):
    """Something that was due and failed: an item of a scheduled step, or the step itself (`item` is empty). Waiting for its
    next attempt, parked, or done: also where it was not due any more. It failed first at `failed_at`."""

    __tablename__ = "failed_step"
    __table_args__ = (
        UniqueConstraint("step", "item"),
        CheckConstraint("state IN ('waiting', 'parked', 'done')", name="state"),
        Index("ix_failed_step_open", "failed_at", "id", postgresql_where=text("state <> 'done'")),
    )

    id: Mapped[Key]
    step: Mapped[str]
    item: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    failed_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    error: Mapped[str]


ProjectionPosition = Table(
    "projection",
    Base.metadata,
    Column("name", Base.type_annotation_map[str], primary_key=True),  # type: ignore[arg-type]
    Column("position", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("error", Base.type_annotation_map[str]),  # type: ignore[arg-type]
)
"""How far each read model has followed the log. Where it can't apply the next event it stops; then `error` says why, and at
`next_attempt_at` it tries again."""
