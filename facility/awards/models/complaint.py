"""Table of complaints about letters, and what waits while one is open."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.calls.models.call import flag_after_decision
from facility.db import Base, Key


class Complaint(Base):
    """The lead complains of what a letter decided; numbered from 1 in each call. decide_by: the last day for the answer.

    about: what is contested (rules.complaints.About). follow_up: what is done where it was upheld; reopened: what was contested is
    decided anew.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("about IN ('admissibility', 'exception', 'decision')", name="about"),
        CheckConstraint("outcome IN ('upheld', 'rejected')", name="outcome"),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("outcome IS NULL OR reason <> ''", name="reason"),
        Index("ix_complaint_open", "decide_by", "id", postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    about: Mapped[str]
    text: Mapped[str]
    name: Mapped[str]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    decide_by: Mapped[date]
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    reopened: Mapped[bool] = mapped_column(default=False)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


COMPLAINT_OPEN_SQL = "complaint.outcome IS NULL"
"""The complaint of the row waits for its answer."""


def suspended(what: str) -> str:
    """A complaint is open in the call of the row, whose rules suspend this until it is decided (calls.rules.after_decision.FLAGS)."""
    return f"""({flag_after_decision(what)}
        AND EXISTS (SELECT FROM complaint WHERE complaint.call_id = call.id AND {COMPLAINT_OPEN_SQL}))"""


DECISION_SUSPENDED_SQL, SIGNING_SUSPENDED_SQL = suspended("suspends_decision"), suspended("suspends_signing")
