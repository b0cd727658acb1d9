"""Tables of what both sides say after a mission: the expert's report with feedback, and the lead's feedback on the expert."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base
from facility.inquiries.models import RemindedInquiry, holds


class ReportState(StrEnum):
    """late: it was not sent in time; it can still be sent. waived: the secretariat no longer asks for it."""

    OPEN = "open"
    LATE = "late"
    SENT = "sent"
    WAIVED = "waived"


class MissionReport(RemindedInquiry):
    """Asked of an expert after the last day. With it, for the secretariat alone, the expert's feedback on the activity: `preparation`,
    `cooperation` and `prospects` from 1 to 5, as far as they answered, and `comment`. `waived_reason`: why it is no longer asked for."""

    __tablename__ = "mission_report"
    __table_args__ = (
        *holds("mission_report"),
        CheckConstraint("state IN ('open', 'late', 'sent', 'waived')", name="state"),
        CheckConstraint("(state = 'sent') = (done <> '')", name="done"),
        CheckConstraint("(state = 'waived') = (waived_reason <> '')", name="waived"),
        CheckConstraint(
            "preparation BETWEEN 1 AND 5 AND cooperation BETWEEN 1 AND 5 AND prospects BETWEEN 1 AND 5",
            name="feedback",
        ),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), index=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), unique=True)
    seat: Mapped[int]
    done: Mapped[str] = mapped_column(default="", server_default="")
    results: Mapped[str] = mapped_column(default="", server_default="")
    recommendations: Mapped[str] = mapped_column(default="", server_default="")
    preparation: Mapped[int | None]
    cooperation: Mapped[int | None]
    prospects: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="", server_default="")
    waived_reason: Mapped[str] = mapped_column(default="", server_default="")


class ExpertFeedback(Base):
    """What the lead says of an expert after the mission, from 1 to 5: for the secretariat alone. `counts`: the lead was told that means of
    several missions may count in scores; earlier feedback never does."""

    __tablename__ = "expert_feedback"
    __table_args__ = (
        CheckConstraint(
            "knowledge BETWEEN 1 AND 5 AND cooperation BETWEEN 1 AND 5 AND benefit BETWEEN 1 AND 5",
            name="feedback",
        ),
    )

    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    knowledge: Mapped[int]
    cooperation: Mapped[int]
    benefit: Mapped[int]
    comment: Mapped[str]
    counts: Mapped[bool] = mapped_column(default=True, server_default=false())
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
