"""Ties to institutions and possible conflicts of interests; and as a condition of statements, who decides on them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.accounts.models import accounts_of
from facility.db import Base, Key
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, on_committee
from facility.evaluation.rules.committee import Function
from facility.web.access import DECIDERS


class ConflictFinding(Base):
    """A possible conflict of interests of a person on an application, as one of the finders found it; `about`: what its label names. conflict:
    how it was decided, with a reason; NULL while it is open."""

    __tablename__ = "conflict_finding"
    __table_args__ = (
        CheckConstraint("(conflict IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("conflict IS NULL OR reason <> ''", name="reason"),
        Index("ix_conflict_finding_open", "application_id", postgresql_where=text("conflict IS NULL")),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    finder: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str]
    found_at: Mapped[datetime]
    conflict: Mapped[bool | None]
    reason: Mapped[str]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class NamedPerson(Base):
    """Somebody with an account whose name or mail address stands in what was submitted."""

    __tablename__ = "named_person"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Tie(Base):
    """A tie of a person to an institution, as they declared it; until: its last day where it is over. ended_at: they took it back."""

    __tablename__ = "tie"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    what: Mapped[str]
    until: Mapped[date | None]
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def rules_on_conflicts(about: str, person: str = ":person_id") -> str:
    """Who of the row `call` decides on possible conflicts of somebody (`about`, an expression for their id): the chair, and the
    authorising officers on those of the chair; without a committee, the secretariat. Nobody decides on their own. A condition."""
    chair = on_committee(Function.CHAIR, person=person)
    of_chair = on_committee(Function.CHAIR, person=about)
    secretariat, authorising = (
        f"EXISTS (SELECT FROM person_role WHERE person_role.person_id = {person} AND role = '{role}')"
        for role in DECIDERS
    )
    return f"""({about} NOT IN ({accounts_of(f"CAST({person} AS uuid)")}) AND CASE
        WHEN NOT {HAS_COMMITTEE_SQL} THEN {secretariat} WHEN {of_chair} THEN {authorising} ELSE {chair} END)"""
