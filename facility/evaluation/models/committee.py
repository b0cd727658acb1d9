"""Who sits on the committee of a call and who has signed the declaration; and as conditions of statements, what each may do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.evaluation.rules.committee import Function
from facility.web.access import Role


class Declaration(Base):
    """The declaration of objectivity and confidentiality for one call: of an assessor, or in a call with a committee of whoever sits on it,
    runs the call or decides it."""

    __tablename__ = "declaration"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    signed_at: Mapped[datetime]


class CommitteeMember(Base):
    """An appointment to the committee of a call, or of a series. institution: where the person works; under: what that belongs to,
    or "". Whoever takes another function is appointed anew."""

    __tablename__ = "committee_member"
    __table_args__ = (
        CheckConstraint(
            f"function IN ({', '.join(repr(function.value) for function in Function)})", name="function"
        ),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL) AND end_reason <> ''", name="ended"),
        Index(
            "uq_committee_member_person",
            "call_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_committee_member_one",
            "call_id",
            "function",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND function IN ('chair', 'secretary')"),
        ),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    function: Mapped[str]
    institution: Mapped[str]
    under: Mapped[str]
    appointed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str | None]


class FullCommittee(Base):
    """The committee of a call or a series is full since then: `rules.committee.lacking` has nothing against it."""

    __tablename__ = "full_committee"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    since: Mapped[datetime]


OF_COMMITTEE = "coalesce(call.series_id, call.id)"
"""The call of which the row `call` has the committee: a series and its batches have one."""


HAS_COMMITTEE_SQL = "(call.committee <> '{}')"


FULL_COMMITTEE_SQL = f"EXISTS (SELECT FROM full_committee WHERE full_committee.call_id = {OF_COMMITTEE})"
"""The row `call` asks for a committee; it is full."""


DECLARED_SQL = "EXISTS (SELECT FROM declaration WHERE declaration.call_id = call.id AND declaration.assessor_id = :person_id)"
"""The person has signed the declaration for the row `call`."""


def on_committee(*functions: Function, person: str = ":person_id") -> str:
    """The person sits on the committee of the row `call`, in one of these functions where any are named: a condition."""
    among = (
        f" AND function IN ({', '.join(repr(function.value) for function in functions)})" if functions else ""
    )
    return f"""EXISTS (SELECT FROM committee_member WHERE committee_member.call_id = {OF_COMMITTEE}
        AND committee_member.person_id = {person} AND committee_member.ended_at IS NULL{among})"""


def leads(person: str = ":person_id") -> str:
    """Who of the row `call` leads a consensus: the chair, or without a committee the secretariat. A condition."""
    secretariat = f"EXISTS (SELECT FROM person_role WHERE person_role.person_id = {person} AND role = '{Role.SECRETARIAT}')"
    return f"(CASE WHEN {HAS_COMMITTEE_SQL} THEN {on_committee(Function.CHAIR, person=person)} ELSE {secretariat} END)"
