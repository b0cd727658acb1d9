"""Tables of clarifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.admission.models.asked import AskedOnApplication
from facility.admission.rules.clarification import ClarificationKind, ClarificationState, ClericalField
from facility.db import Base, Key
from facility.files import kept
from facility.inquiries.models import holds


def _one_of(column: str, values: Any) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Clarification(AskedOnApplication):
    """Something that an officer asked the lead. `value`: what is right, of a clerical error; `accepted`: what the officer made
    of the answer. Nothing of it is part of what was submitted."""

    __tablename__ = "clarification"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ClarificationKind), name="kind"),
        CheckConstraint(_one_of("state", ClarificationState), name="state"),
        CheckConstraint(_one_of("field", ClericalField), name="field"),
        CheckConstraint("(kind = 'clerical') = (field IS NOT NULL)", name="clerical"),
        CheckConstraint("(accepted IS NULL) = (settled_at IS NULL)", name="settled"),
        *holds("clarification"),
        Index("ix_clarification_application", "application_id", "asked_at"),
    )

    kind: Mapped[str]
    field: Mapped[str | None]
    answer: Mapped[str] = mapped_column(default="")
    value: Mapped[str] = mapped_column(default="")
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
