"""Tables of consultations: who can be consulted, and who was asked about which application."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.admission.models.asked import AskedOnApplication
from facility.admission.rules.consultation import ConsultationState, ConsulteeKind
from facility.db import Base, Key
from facility.inquiries.models import holds


class Consultee(Base):
    """An office that is asked before support is given; for one beneficiary or theme, or for all. Retired, never deleted."""

    __tablename__ = "consultee"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in ConsulteeKind)})", name="kind"),
        Index("ix_consultee_sort", "sort_key", "id"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    sort_key: Mapped[str]
    kind: Mapped[str]
    beneficiary_code: Mapped[str | None] = mapped_column(ForeignKey("beneficiary.code"))
    theme: Mapped[str | None] = mapped_column(ForeignKey("theme.code"))
    email: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime]


class Consultation(AskedOnApplication):
    """One consultee asked about one application, as it was submitted under this fingerprint.

    Working days: `days`, and `more_days` that the consultee may add once (`extended_at`). The period is over at `ends_at`.
    `reason`: of an objection; `answer`: what the facility says to it. What came after the period stands in `late_…` and
    counts once an officer lets it (`late_taken_at`).
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(state.value) for state in ConsultationState)})", name="state"
        ),
        CheckConstraint("days >= 1 AND more_days >= 0", name="days"),
        CheckConstraint("state <> 'objection' OR reason <> ''", name="reason"),
        CheckConstraint("late_outcome IN ('no_objection', 'objection')", name="late_outcome"),
        CheckConstraint("late_taken_at IS NULL OR late_outcome IS NOT NULL", name="late_taken"),
        CheckConstraint("(answer IS NULL) = (answer_at IS NULL)", name="answer"),
        Index(
            "uq_consultation_open",
            "application_id",
            "consultee_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        *holds("consultation"),
        Index("ix_consultation_application", "application_id", "asked_at"),
    )

    consultee_id: Mapped[UUID] = mapped_column(ForeignKey("consultee.id"), index=True)
    fingerprint: Mapped[str]
    more_days: Mapped[int]
    extended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    late_outcome: Mapped[str | None]
    late_reason: Mapped[str] = mapped_column(default="")
    late_responder: Mapped[str] = mapped_column(default="")
    late_at: Mapped[datetime | None]
    late_taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    late_taken_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answer_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answer_at: Mapped[datetime | None]
