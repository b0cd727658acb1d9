"""The table of cancellations: asked for by one person, confirmed by another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.calls.rules.cancellation import CANCELLABLE
from facility.db import Base, Key

_STATES = ", ".join(f"'{state}'" for state in sorted(CANCELLABLE))
REQUEST_STANDS_SQL = f"(dropped_at IS NULL AND confirmed_at IS NULL AND call.state IN ({_STATES}))"
"""The request of the row `call_cancellation` waits for a second person: its `call` can still be cancelled."""


class CallCancellation(Base):
    """That somebody asked to cancel a call, and what came of it; at most one that was not dropped for each call."""

    __tablename__ = "call_cancellation"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("confirmed_by <> asked_by", name="four_eyes"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(dropped_by IS NULL) = (dropped_at IS NULL)", name="dropped"),
        CheckConstraint("confirmed_at IS NULL OR dropped_at IS NULL", name="one_end"),
        Index(
            "uq_call_cancellation_call", "call_id", unique=True, postgresql_where=text("dropped_at IS NULL")
        ),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    dropped_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    dropped_at: Mapped[datetime | None]
