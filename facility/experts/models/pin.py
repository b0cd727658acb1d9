"""The table of PINs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class ExpertPin(Base):
    """The PIN of an expert, sealed (`rules.pin`)."""

    __tablename__ = "expert_pin"

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    chosen_at: Mapped[datetime]
