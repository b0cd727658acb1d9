"""Sessions of two people who open a call, with their minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class OpeningSession(Base):
    """One person has begun to open a call, another confirms before `ends_at`; until then nothing is unsealed.

    `listed` is the rules.OpeningList that the first person had before them; `minutes` the rules.Minutes, whose
    SHA-256 stands in the log.
    """

    __tablename__ = "opening_session"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("confirmed_by <> started_by", name="four_eyes"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (minutes IS NULL)",
            name="confirmed",
        ),
        CheckConstraint("confirmed_at BETWEEN started_at AND ends_at", name="instants"),
        Index(
            "uq_opening_session_confirmed",
            "call_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    started_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    listed: Mapped[dict[str, Any]]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    minutes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
