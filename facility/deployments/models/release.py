"""The table of releases: an expert's superior is asked to release them for a mission."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.inquiries.models import RemindedInquiry, holds


class ReleaseState(StrEnum):
    """silent: nobody answered in the period; the superior can still answer while the expert is booked."""

    OPEN = "open"
    RELEASED = "released"
    REFUSED = "refused"
    SILENT = "silent"
    CANCELLED = "cancelled"


class Release(RemindedInquiry):
    """`name` and `email` are those of the superior who is asked. With the answer: `signed`, who gave it; `insured`, whether the employer
    insures the expert; `reason`, why not. A mission has one release that is open or given."""

    __tablename__ = "release"
    __table_args__ = (
        *holds("release"),
        CheckConstraint("state IN ('open', 'released', 'refused', 'silent', 'cancelled')", name="state"),
        CheckConstraint("(state = 'released') = (insured IS NOT NULL)", name="insured"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="reason"),
        Index(
            "uq_release_invitation",
            "invitation_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'released')"),
        ),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), index=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), index=True)
    seat: Mapped[int]
    name: Mapped[str]
    email: Mapped[str]
    signed: Mapped[str]
    insured: Mapped[bool | None]
    reason: Mapped[str]
