"""Who is to judge which application, and until when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Assignment(Base):
    """An assessor who is to judge an application. due_on: by the end of which day in Brussels, where one was named. ended_at: from when on it is nobody's work any more, since the application
    ended before the assessment was sent, or was withdrawn, or the assessor was taken off. reason: why somebody else than was
    proposed, "" where it is as proposed or was given without a proposal."""

    __tablename__ = "assignment"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    due_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")


class TakenOff(Base):
    """An officer took an application from an assessor. What they had sent by then is kept, and does not count."""

    __tablename__ = "taken_off"
    __table_args__ = (Index("ix_taken_off_application_id_assessor_id", "application_id", "assessor_id"),)

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    taken_off_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


DUE_SQL = "CAST(assignment.due_on + 1 AS timestamp) AT TIME ZONE 'Europe/Brussels'"
"""Until when the row `assignment` is due; NULL where no day was named."""
