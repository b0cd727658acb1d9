"""The versions of a published call: what was published, and each corrigendum."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class CallVersion(Base):
    """A call as a whole at one time: `content` is a rules.CallDraft as JSON. Number 1 is what was published first; a
    later one is a corrigendum with its `reason`, which waits for a second person as long as published_at is NULL."""

    __tablename__ = "call_version"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("number = 1 OR reason <> ''", name="reason"),
        CheckConstraint("number > 1 OR published_at IS NOT NULL", name="first"),
        CheckConstraint("(published_by IS NULL) = (published_at IS NULL)", name="published"),
        CheckConstraint("published_by <> drafted_by", name="four_eyes"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
