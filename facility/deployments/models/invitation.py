"""The table of invitations: an expert asked for one seat of a request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, synonym

from facility.db import as_sql
from facility.deployments.rules.answers import STANDING
from facility.inquiries.models import RemindedInquiry


class Invitation(RemindedInquiry):
    """An expert asked for one seat. The database refuses a second yes for a seat; where experts are asked one by one (`alone`), also a
    second open invitation. remind_at: None where the request names no reminder.
    pin_tries: how often a wrong PIN was typed at the link that stands.
    named_to_parties: with the yes they agreed that lead and partners see their name. no_conflict: with the yes they declared that they
    have no conflict of interest. why: the reason for a no, as they chose it from the list. colleague: whom they named instead of
    themselves, for the secretariat alone. calendar_sequence: how often a mail has changed the entry of the booking in the expert's calendar."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("deployment_id", "expert_id"),
        Index(
            "uq_invitation_seat",
            "deployment_id",
            "seat",
            unique=True,
            postgresql_where=text("outcome = 'accepted' OR (outcome = 'open' AND alone)"),
        ),
        Index("ix_invitation_due", "respond_by", postgresql_where=text("outcome = 'open'")),
        Index("ix_invitation_expert_id", "expert_id"),
        CheckConstraint(
            "outcome IN ('open', 'accepted', 'declined', 'expired', 'unavailable', 'withdrawn', 'cancelled', 'disowned', 'taken', 'left')",
            name="outcome",
        ),
        CheckConstraint("(outcome = 'open') = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint(
            "why IN ('dates', 'employer', 'field', 'conflict', 'personal', 'other')", name="why_known"
        ),
        CheckConstraint("why IS NULL OR outcome = 'declined'", name="why"),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    seat: Mapped[int]
    reason: Mapped[str]
    pin_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    alone: Mapped[bool] = mapped_column(default=True, server_default=true())
    named_to_parties: Mapped[bool] = mapped_column(default=False, server_default=false())
    no_conflict: Mapped[bool] = mapped_column(default=False, server_default=false())
    why: Mapped[str | None]
    colleague: Mapped[str] = mapped_column(default="", server_default="")
    calendar_sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    # What every inquiry has, in the words of this room.
    asked_at: Mapped[datetime] = mapped_column("invited_at")
    ends_at: Mapped[datetime] = mapped_column("respond_by")
    state: Mapped[str] = mapped_column("outcome")
    remind_at: Mapped[datetime | None] = mapped_column(nullable=True)  # type: ignore[assignment]  # not every request reminds
    invited_at: Mapped[datetime] = synonym("asked_at")
    respond_by: Mapped[datetime] = synonym("ends_at")
    outcome: Mapped[str] = synonym("state")

    @hybrid_property
    def stands(self) -> bool:
        """It is open or accepted: nobody else is asked for its seat (`rules.answers.STANDING`)."""
        return self.outcome in STANDING

    @stands.inplace.expression
    @classmethod
    def _stands(cls) -> ColumnElement[bool]:
        return cls.outcome.in_(STANDING)


INVITATION_STANDS_SQL = as_sql(Invitation.stands)
"""`Invitation.stands` for a statement that is written as text, where the table bears its own name."""
