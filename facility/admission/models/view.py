"""Lists that people of the staff keep for themselves, and may share by link."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class SavedView(Base):
    """The filters and the order of a list under a name of one's own; `shared`: other staff may open it by its link."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    saved_at: Mapped[datetime]
