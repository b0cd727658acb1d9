"""The table of applications that were carried over from one batch of a rolling call to the next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class CarryOver(Base):
    """A good application for which a batch had no money is ranked once more in the next one: by its key, only once."""

    __tablename__ = "carry_over"
    __table_args__ = (CheckConstraint("from_call_id <> to_call_id", name="forward"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    from_call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    to_call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    at: Mapped[datetime]
