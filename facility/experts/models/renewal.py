"""Table of the inquiries by which experts renew their place in the pool."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.inquiries.models import RemindedInquiry, holds


class Renewal(RemindedInquiry):
    """An expert whose place in the pool ends on `valid_until` is asked whether to stay. One at a time."""

    __tablename__ = "renewal"
    __table_args__ = (
        *holds("renewal"),
        CheckConstraint("state IN ('open', 'renewed', 'left', 'lapsed', 'cancelled')", name="state"),
        Index("uq_renewal_open", "expert_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    valid_until: Mapped[date]
