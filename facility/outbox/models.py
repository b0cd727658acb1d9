"""Tables of the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Link(Base):
    """A link that lets its holder do one thing. The address carries a token; here stand its hash and what made it."""

    __tablename__ = "link"
    __table_args__ = (
        Index("ix_link_subject", "purpose", "subject_id"),
        Index(
            "ix_link_live",
            "purpose",
            "subject_id",
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    purpose: Mapped[str]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class MailState(StrEnum):
    """Where a mail is. After a crash during sending it stays `sending`; it is then sent again, recognisable as a
    repeat."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"


class Mail(Base):
    """One letter to one address. `context` holds what the template says; `message_id` makes a repeat recognisable. `error`: why it
    failed last, also where it got through later."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'parked')", name="state"),
        Index(
            "ix_mail_due", "next_attempt_at", "id", postgresql_where=text("state IN ('waiting', 'sending')")
        ),
        Index("ix_mail_created", "created_at", "id"),
        Index("ix_mail_link_id", "link_id", postgresql_where=text("link_id IS NOT NULL")),
    )

    id: Mapped[Key]
    event_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    template: Mapped[str]
    to_address: Mapped[str]
    to_name: Mapped[str]
    subject: Mapped[str]
    context: Mapped[dict[str, Any]]
    attachments: Mapped[list[Any]]
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("link.id"))
    state: Mapped[str] = mapped_column(default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
