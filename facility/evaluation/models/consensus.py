"""Scores that assessors agree on; and as a condition of statements, whether a consensus stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.evaluation.models.counting_assessments import counts


class Consensus(Base):
    """Assessors agree on the scores of an application, which a rapporteur among them writes. closed_at: since then the agreed scores
    count; close_reason: why it was closed before everybody had answered. ended_at: nobody works on it any more, and its scores count
    no more; end_reason: "" where an assessment that it rested on counts no more, or the application has ended."""

    __tablename__ = "consensus"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        CheckConstraint(
            "close_reason IS NULL OR closed_at IS NOT NULL AND close_reason <> ''", name="closed"
        ),
        Index(
            "uq_consensus_application",
            "application_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    rapporteur_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    close_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str | None]


class ConsensusMember(Base):
    """An assessor whose assessment the consensus rests on."""

    __tablename__ = "consensus_member"

    consensus_id: Mapped[UUID] = mapped_column(ForeignKey("consensus.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class AgreedScores(Base):
    """What the rapporteur sent, as `Assessment` keeps it. It never changes and never goes."""

    __tablename__ = "agreed_scores"

    consensus_id: Mapped[UUID] = mapped_column(ForeignKey("consensus.id"), primary_key=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]


class ConsensusAnswer(Base):
    """A member agrees to the scores, or dissents and says why. It never changes and never goes."""

    __tablename__ = "consensus_answer"
    __table_args__ = (CheckConstraint("agrees = (dissent = '')", name="dissent"),)

    consensus_id: Mapped[UUID] = mapped_column(ForeignKey("consensus.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    agrees: Mapped[bool]
    dissent: Mapped[str]
    at: Mapped[datetime]


def stands(until: str | None = None) -> str:
    """The row `consensus` stands: nobody has ended it, and each assessment that it rests on still counts. A condition beside the row
    `application`; until: as in `recused`."""
    early = f" OR consensus.ended_at > {until}) AND consensus.begun_at <= {until}" if until else ")"
    return f"""((consensus.ended_at IS NULL{early} AND NOT EXISTS (
        SELECT FROM consensus_member AS member WHERE member.consensus_id = consensus.id AND NOT EXISTS (
            SELECT FROM assessment WHERE assessment.application_id = consensus.application_id
                AND assessment.assessor_id = member.assessor_id AND assessment.sent_at <= consensus.begun_at
                AND {counts(until=until)})))"""  # noqa: S608 - our own text
