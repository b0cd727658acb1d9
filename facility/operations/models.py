"""Tables of what keeps the facility in order."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Collection(Base):
    """One walk through the store of documents. `prefix`: how many of its 256 parts are done; `looked_at`, `unreferenced`,
    `removed`: documents; `bytes`: of those that were deleted."""

    __tablename__ = "collection"
    __table_args__ = (Index("ix_collection_begun_at", "begun_at"),)

    id: Mapped[Key]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    prefix: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    unreferenced: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
