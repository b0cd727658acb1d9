"""The table of what each save of a section replaced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class SectionChange(Base):
    """What one save of a section replaced: the fields that changed, as they were and as they are now, by field key.
    Of an activity or a party (rules.entry_key) too, contacts among them. `version` is the section's and `application_version` the application's that the save made (the same as before where
    nothing that partners confirm has changed). Holds confidential answers in clear, like section_answers."""

    __tablename__ = "section_change"
    __table_args__ = (UniqueConstraint("application_id", "party_id", "section", "version"),)

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    section: Mapped[str]
    version: Mapped[int]
    application_version: Mapped[int]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
