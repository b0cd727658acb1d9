"""Tables of what is done already: own awards and the imported list of others, and what officers say about overlaps."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from facility.admission.rules.overlap import DONOR, RESULTS, OverlapOutcome
from facility.db import Base, Key

_RESULTS = ", ".join(repr(result) for result in (*RESULTS, "R10", DONOR))


class InitiativeImport(Base):
    """A list of others' activities that somebody has loaded. digest: SHA-256 of its name and lines, in hexadecimal."""

    __tablename__ = "initiative_import"

    id: Mapped[Key]
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(default="")
    added: Mapped[int]
    changed: Mapped[int]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]


class Initiative(Base):
    """Something that is done or was: an application of ours that was admitted (`application_id`), or a line of an imported
    list. `result`: R1 to R9, "donor", or R10 for ours. `public`: applicants may read of it. `words`: title and text as they
    are compared (`rules.overlap.stems` finds them), by weight; `title_key`: the title, folded."""

    __tablename__ = "initiative"
    __table_args__ = (
        CheckConstraint(f"result IN ({_RESULTS})", name="result"),
        CheckConstraint("(result = 'R10') = (application_id IS NOT NULL)", name="own"),
        CheckConstraint("(application_id IS NULL) = (import_id IS NOT NULL)", name="imported"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        Index("ix_initiative_words", "words", postgresql_using="gin"),
        Index("ix_initiative_added", "added_at", "id"),
        # The same line of a newer list replaces the older one.
        Index(
            "uq_initiative_line",
            "result",
            "title_key",
            text("coalesce(starts_on, '-infinity')"),
            unique=True,
            postgresql_where=text("application_id IS NULL"),
        ),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id"), unique=True)
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("initiative_import.id"), index=True)
    result: Mapped[str]
    title: Mapped[str]
    title_key: Mapped[str]
    text: Mapped[str]
    beneficiaries: Mapped[list[str]]
    themes: Mapped[list[str]]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    source: Mapped[str]
    public: Mapped[bool]
    words: Mapped[Any] = mapped_column(TSVECTOR)
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class InitiativeWord(Base):
    """Every word that any initiative has had: where a mistyped one is looked up by trigrams."""

    __tablename__ = "initiative_word"
    __table_args__ = (
        Index(
            "ix_initiative_word_alike",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )

    word: Mapped[str] = mapped_column(primary_key=True)


class OverlapJudgement(Base):
    """What an officer says about the overlap of an application with what is done already; the latest stands.
    `initiative_ids`: which ones it is about."""

    __tablename__ = "overlap_judgement"
    __table_args__ = (
        CheckConstraint(
            f"outcome IN ({', '.join(repr(outcome.value) for outcome in OverlapOutcome)})", name="outcome"
        ),
        CheckConstraint("outcome = 'none' OR reason <> ''", name="reason"),
        Index("ix_overlap_judgement_application", "application_id", "judged_at"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    outcome: Mapped[str]
    reason: Mapped[str]
    initiative_ids: Mapped[list[str]]
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime]
