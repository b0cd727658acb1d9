"""The table of declared conflicts, and which applications a conflict closes to its person: defined here and nowhere
else. It belongs to the room of applications and not to the evaluation, since every room that shows an application asks
for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class ConflictDeclaration(Base):
    """What somebody declared about one application, or whoever decides on conflicts did about them (decided_by). A conflict stays, for
    all accounts of its person, and its reason is theirs, the auditor's, and that of whoever decided it."""

    __tablename__ = "conflict_declaration"
    __table_args__ = (
        CheckConstraint("NOT conflict OR reason <> ''", name="reason"),
        # What is closed to a person: nearly every list asks, and few of many declarations say so.
        Index(
            "ix_conflict_declaration_closed",
            "assessor_id",
            "application_id",
            postgresql_where=text("conflict"),
        ),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    conflict: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


def closed_to(person: str) -> str:
    """A query for the applications on which this person has declared a conflict: they are closed to them in every role."""
    return f"""SELECT closed.application_id FROM conflict_declaration AS closed
        WHERE closed.assessor_id = {person} AND closed.conflict"""  # noqa: S608 - our own text


def shut_out(application: str = "application.id", person: str = ":viewer") -> str:
    """A condition for lists: the application with this id is closed to the person, who may be NULL for nobody. Their
    conflicts are looked up once for all rows."""
    return f"(coalesce({application} = ANY(ARRAY({closed_to(person)})), false))"


def closed_in(calls: str, person: str = ":viewer") -> str:
    """A condition: the person has declared a conflict on an application of these calls (a query for ids, in brackets),
    or on one that was carried over from them. Pages that compare all applications of a call are closed to such a
    person."""
    return f"""EXISTS ({closed_to(person)} AND closed.application_id IN (
        SELECT id FROM application WHERE call_id = ANY(ARRAY{calls})
        UNION ALL SELECT application_id FROM carry_over WHERE from_call_id = ANY(ARRAY{calls})))"""  # noqa: S608 - our own text
