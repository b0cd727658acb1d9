"""Tables of the letters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.files import kept


class Letter(Base):
    """What a letter said when it was written, frozen. `event_id`: what called for it, which calls for it once."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("event_id", "application_id", "kind"),
        Index("ix_letter_application", "application_id", "created_at"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[str]
    event_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class LetterOnPaper(Base):
    """The letter as PDF/UA, to the byte as it was first sent or read, whatever has become of its template since. `sha256`: of these
    bytes, in hex."""

    __tablename__ = "letter_on_paper"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    made_at: Mapped[datetime]


kept.only_names(LetterOnPaper.sha256)
