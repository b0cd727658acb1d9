"""Tables of what is being written: working copies, and what each save of a section replaced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class WorkingCopy(Base):
    """What a person has typed in a section, or of one activity or party (rules.entry_key, with the lead's party), and not saved
    yet: raw, a list of values by field key, for this person only. No event tells of it and nothing is voided by it. `based_on` is the version of the section that the person saw, 0
    before the first; `seal` names what the person saw of a party's own part, which counts no versions (service.own_parts);
    `started_at` when they began to type."""

    __tablename__ = "working_copy"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), primary_key=True, index=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    typed: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    seal: Mapped[str | None]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class LinkCopy(Base):
    """What whoever holds a partner's link has typed in a section of its part and not saved yet. Nobody knows who it is, so
    each opened page (`sitting`) has a row of its own, and two who type at once never write over each other. It is the
    party's and not the link's: a newer link shows it too. `seal` as in WorkingCopy. Holds confidential answers in clear."""

    __tablename__ = "working_copy_by_link"

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    sitting: Mapped[UUID] = mapped_column(primary_key=True)
    typed: Mapped[dict[str, Any]]
    seal: Mapped[str]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]


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
