"""Tables of clarifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.admission.rules.clarification import ClarificationKind, ClarificationState, ClericalField
from facility.db import Base, Key
from facility.files import kept


def _one_of(column: str, values: Any) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Clarification(Base):
    """Something that an officer asked the lead. `value`: what is right, of a clerical error; `accepted`: what the officer made
    of the answer. Nothing of it is part of what was submitted."""

    __tablename__ = "clarification"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ClarificationKind), name="kind"),
        CheckConstraint(_one_of("state", ClarificationState), name="state"),
        CheckConstraint(_one_of("field", ClericalField), name="field"),
        CheckConstraint("(kind = 'clerical') = (field IS NOT NULL)", name="clerical"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(accepted IS NULL) = (settled_at IS NULL)", name="settled"),
        Index("ix_clarification_due", "ends_at", "id", postgresql_where=text("state = 'open'")),
        Index("ix_clarification_application", "application_id", "asked_at"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[str]
    field: Mapped[str | None]
    question: Mapped[str]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    days: Mapped[int]
    remind_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    ended_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    value: Mapped[str] = mapped_column(default="")
    responder: Mapped[str] = mapped_column(default="")
    accepted: Mapped[bool | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class ClarificationDocument(Base):
    """A document that came with an answer, kept in the store by its SHA-256; beside the application's own documents, never
    among them."""

    __tablename__ = "clarification_document"
    __table_args__ = (UniqueConstraint("clarification_id", "number"),)

    id: Mapped[Key]
    clarification_id: Mapped[UUID] = mapped_column(ForeignKey("clarification.id"))
    number: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    virus_scan: Mapped[str]
    unread: Mapped[int]


kept.holds(ClarificationDocument.sha256)
