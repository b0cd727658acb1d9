"""What assessors sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Assessment(Base):
    """One assessor's scores by the keys of the grid's items and comments by section key, as they were sent; scores as decimal strings
    ("14.5"), None where something does not apply. They passed `rules.score_mistakes`, and are frozen. Until then what is typed is
    unsaved text."""

    __tablename__ = "assessment"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]


class ReopenedAssessment(Base):
    """An assessment as it was sent, before it was opened again for its assessor, or the application was given to them anew (reason:
    "", then). It counts no more, and never changes."""

    __tablename__ = "reopened_assessment"
    __table_args__ = (
        Index("ix_reopened_assessment_application_id_assessor_id", "application_id", "assessor_id"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]
    reopened_at: Mapped[datetime]
    reopened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


class Reassessment(Base):
    """An application of a decided call is assessed again from `begun_at` on; its status is "admissible" meanwhile. by_others: whoever had it
    before was taken off, and doesn't get it again. status_before: what the decision had made of it. ended_at: it is over."""

    __tablename__ = "reassessment"
    __table_args__ = (
        Index(
            "uq_reassessment_open", "application_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    by_others: Mapped[bool]
    status_before: Mapped[str]
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
