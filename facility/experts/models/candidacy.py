"""Table of those who are to join the pool."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Candidacy(Base):
    """Somebody who applies for the pool, or whom an authority nominates (then with `authority`, and who writes for it). `profile`: what
    the candidate has stated, an `OwnProfile`; empty until it is sent. `notice`: the privacy notice that they agreed to. `expert_id`: whom it
    made, or who was in the pool already."""

    __tablename__ = "candidacy"
    __table_args__ = (
        CheckConstraint(
            "state IN ('naming', 'invited', 'waiting', 'validated', 'refused', 'member')", name="state"
        ),
        CheckConstraint("(state IN ('validated', 'refused')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("(state IN ('validated', 'member')) = (expert_id IS NOT NULL)", name="validated"),
        CheckConstraint("decided_at IS NULL OR reason <> ''", name="reason"),
    )

    id: Mapped[Key]
    state: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    authority: Mapped[str]
    nominator: Mapped[str]
    nominator_email: Mapped[str]
    profile: Mapped[dict[str, Any]]
    notice: Mapped[date | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reason: Mapped[str]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    expert_id: Mapped[UUID | None] = mapped_column(ForeignKey("expert.id"))
