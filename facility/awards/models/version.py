"""Table of the versions of a decided ranking, once there is more than one, and what brought each about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class RankingVersion(Base):
    """A version of the ranking of a decided call, from 1. The first is copied here when a second is begun, since what a bundle follows
    from changes then; `award_decision` and `ranking_entry` keep it as well.

    document: the bundle as it was decided, as JSON to the byte; root: its root; ranks: by the references of its applications (null where one
    has none). proposed: what was proposed (rules.later_version.Revised). ended_at: it was closed without a decision, since nothing was left to
    rank anew.
    """

    __tablename__ = "ranking_version"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("(proposed_at IS NULL) = (proposed_by IS NULL)", name="proposed"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (document IS NULL)", name="document"),
        CheckConstraint("decided_at IS NULL OR proposed_at IS NOT NULL", name="in_order"),
        CheckConstraint("decided_at IS NULL OR ended_at IS NULL", name="ended"),
        Index(
            "uq_ranking_version",
            "call_id",
            "version",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_ranking_version_open",
            "call_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    version: Mapped[int]
    begun_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    document: Mapped[str | None]
    root: Mapped[str | None]
    ranks: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ended_at: Mapped[datetime | None]


class RankingCause(Base):
    """An upheld complaint because of which a version of the ranking is made, and how its application is assessed again."""

    __tablename__ = "ranking_cause"

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("ranking_version.id"), index=True)
    reassessment_id: Mapped[UUID] = mapped_column(ForeignKey("reassessment.id"), unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)


VERSION_OPEN_SQL = "(ranking_version.decided_at IS NULL AND ranking_version.ended_at IS NULL)"
"""The version of the row is being made."""
RANKED_AGAIN_SQL = (
    f"EXISTS (SELECT FROM ranking_version WHERE ranking_version.call_id = call.id AND {VERSION_OPEN_SQL})"
)
"""A new version of the ranking of the row `call` is being made."""
REDONE_SQL = """(reassessment.by_others
    OR EXISTS (SELECT FROM assessment WHERE assessment.application_id = reassessment.application_id
        AND assessment.sent_at >= reassessment.begun_at)
    OR EXISTS (SELECT FROM consensus WHERE consensus.application_id = reassessment.application_id
        AND consensus.closed_at >= reassessment.begun_at))"""
"""Of what counted when the row `reassessment` began, something was sent again, or agreed on; who assesses it for the first time, sends anew
in any case."""
