"""The draw by lot of a call that breaks its last ties so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class Lot(Base):
    """The seed of a call's draw, or of a batch's: drawn as it was published, with its `commitment` for all to see, and open from
    its first proposal of a ranking on. Until then no page, export or file holds it."""

    __tablename__ = "lot"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    seed: Mapped[str]
    commitment: Mapped[str]
    drawn_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
