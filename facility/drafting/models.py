"""The table of unsaved text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class UnsavedText(Base):
    """What somebody has typed and not saved yet: raw, a list of values by the name of the field. `subject_id`: what it is about,
    `section`: which part of it. `holder_id`: whose it is, a person (`person_id`, too), or a page that was opened by a link: nobody
    knows who holds that, so two who type at once never write over each other. `based_on`: the version of the section that was seen, 0
    before the first; `started_at`: when they began to type. No event tells of it. Holds confidential answers in clear."""

    __tablename__ = "unsaved"
    __table_args__ = (CheckConstraint("person_id = holder_id", name="person"),)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    typed: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
