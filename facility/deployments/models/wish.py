"""Table of the experts that leads ask for, for their activities."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Wish(Base):
    """What the lead of an activity asks the secretariat for; themes are codes. Days are those of the activity for which experts are
    asked: once it takes place on others, they are asked anew. `reason`: why it was refused."""

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        CheckConstraint("state IN ('open', 'requested', 'taken_back', 'refused')", name="state"),
        Index("ix_wish_open", "activity_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Key]
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    themes: Mapped[list[Any]]
    language: Mapped[str]
    task: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
