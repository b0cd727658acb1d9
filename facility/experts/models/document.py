"""Tables of the documents of experts: what they attach to their profile, or before they are in the pool to their candidacy, and what is
left of those that were refused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.files import kept

_HELD = "expert_id IS NOT NULL OR candidacy_id IS NOT NULL"


class ExpertDocument(Base):
    """A curriculum vitae or another document that an expert has attached, kept in the store by its SHA-256. `candidacy_id`: as a candidate;
    it is the expert's once they are validated, and nobody's before."""

    __tablename__ = "expert_document"
    __table_args__ = (
        CheckConstraint("virus_scan IN ('clean', 'not_scanned')", name="virus_scan"),
        CheckConstraint(_HELD, name="held"),
    )

    id: Mapped[Key]
    expert_id: Mapped[UUID | None] = mapped_column(ForeignKey("expert.id"), index=True)
    candidacy_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    virus_scan: Mapped[str]
    unread: Mapped[int]
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ExpertDocumentRefusal(Base):
    """All that is kept of a document with a classification marking or a virus: whose link it came by, its hash and the instant."""

    __tablename__ = "expert_document_refusal"
    __table_args__ = (
        CheckConstraint("reason IN ('marked', 'infected')", name="reason"),
        CheckConstraint(_HELD, name="held"),
    )

    id: Mapped[Key]
    expert_id: Mapped[UUID | None] = mapped_column(ForeignKey("expert.id"), index=True)
    candidacy_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    sha256: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


kept.holds(ExpertDocument.sha256, removed_at=ExpertDocument.removed_at)
kept.only_names(ExpertDocumentRefusal.sha256)
