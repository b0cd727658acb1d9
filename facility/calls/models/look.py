"""The table of looks at drafts of calls."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class CallLook(Base):
    """When somebody last looked at a draft that is to be published, and when they had looked the time before. It is deleted with
    the publication."""

    __tablename__ = "call_look"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    looked_at: Mapped[datetime]
    before_at: Mapped[datetime | None]
