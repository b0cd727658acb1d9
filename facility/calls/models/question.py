"""The tables of questions on a call and of their answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Question(Base):
    """A question on a call, as it was asked, by whom (seen by the secretariat only), and the answer under way.

    asked_by is an officer; who asks by a partner's link has no account and stands as contact_name and contact_email.
    public_text and answer_text are the draft of what will be published; `version` counts what was published, 0 for nothing
    yet. A question that is not answered is set aside with a reason.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("asked_by IS NOT NULL OR contact_email <> ''", name="asker"),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint("set_aside_at IS NULL OR version = 0", name="one_end"),
        CheckConstraint("set_aside_at IS NULL OR set_aside_reason <> ''", name="set_aside"),
        Index(
            "ix_question_waiting", "asked_at", postgresql_where=text("version = 0 AND set_aside_at IS NULL")
        ),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    text: Mapped[str]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    contact_name: Mapped[str | None]
    contact_email: Mapped[str | None]
    asked_at: Mapped[datetime]
    public_text: Mapped[str]
    answer_text: Mapped[str]
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime | None]
    version: Mapped[int]
    set_aside_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    set_aside_at: Mapped[datetime | None]
    set_aside_reason: Mapped[str | None]


class Answer(Base):
    """A question and its answer as they were published; a later version corrects an earlier one."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("question <> '' AND answer <> ''", name="texts"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]
