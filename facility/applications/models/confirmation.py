"""Tables of what partners agree on with the lead: what they confirmed, and what they want changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.rules.change_requests import ChangeOutcome
from facility.db import Base, Key


class ConfirmedContent(Base):
    """What a party confirmed, as it stood then: the items of `rules.confirmation`, in their order. The newest of a party
    belongs to its confirmation. It holds the party's own confidential answers."""

    __tablename__ = "confirmed_content"
    __table_args__ = (Index("ix_confirmed_content_party", "party_id", "confirmed_at"),)

    id: Mapped[Key]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    confirmed_at: Mapped[datetime]
    items: Mapped[list[Any]]


class ChangeRequest(Base):
    """A partner wants something changed before it confirms; the lead answers with an outcome and a word."""

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint(
            f"outcome IN ({', '.join(repr(outcome.value) for outcome in ChangeOutcome)})", name="outcome"
        ),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_change_request_application", "application_id", "asked_at"),
        Index("uq_change_request_open", "party_id", unique=True, postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    wish: Mapped[str]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[str | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
