"""Tables of the evaluation: who may judge what, and what they said; and as conditions of statements, which of it counts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.accounts.models import accounts_of
from facility.applications.models.parties import ON_BOARD_SQL
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


class Assignment(Base):
    """An assessor who is to judge an application. due_on: by the end of which day in Brussels, where one was named. ended_at: from when on it is nobody's work any more, since the application
    ended before the assessment was sent, or was withdrawn, or the assessor was taken off. reason: why somebody else than was
    proposed, "" where it is as proposed or was given without a proposal."""

    __tablename__ = "assignment"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    due_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")


class TakenOff(Base):
    """An officer took an application from an assessor. What they had sent by then is kept, and does not count."""

    __tablename__ = "taken_off"
    __table_args__ = (Index("ix_taken_off_application_id_assessor_id", "application_id", "assessor_id"),)

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    taken_off_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


class Assessment(Base):
    """One assessor's scores by the keys of the grid's items and comments by section key, as they were sent; scores as decimal strings
    ("14.5"), None where something does not apply. They passed `rules.score_mistakes`, and are frozen. Until then what is typed is
    unsaved text."""

    __tablename__ = "assessment"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]


class ReopenedAssessment(Base):
    """An assessment as it was sent, before it was opened again for its assessor, or the application was given to them anew (reason:
    "", then). It counts no more, and never changes."""

    __tablename__ = "reopened_assessment"
    __table_args__ = (
        Index("ix_reopened_assessment_application_id_assessor_id", "application_id", "assessor_id"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]
    reopened_at: Mapped[datetime]
    reopened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


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


class Unsettled(Base):
    """The scores of an application have to be settled, as its outcome says. Kept for lists, since statements can't
    compare totals; a decision computes it anew."""

    __tablename__ = "unsettled"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    outcome: Mapped[str]
    since: Mapped[datetime]


class SettingAside(Base):
    """Why an application is not judged though it was admitted."""

    __tablename__ = "setting_aside"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    set_aside_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    assessments: Mapped[int]
    at: Mapped[datetime]


class EvaluationEnd(Base):
    """The evaluation of a call has ended: its ranking was proposed, and scores change no more."""

    __tablename__ = "evaluation_end"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Reassessment(Base):
    """An application of a decided call is assessed again from `begun_at` on; its status is "admissible" meanwhile. by_others: whoever had it
    before was taken off, and doesn't get it again. status_before: what the decision had made of it. ended_at: it is over."""

    __tablename__ = "reassessment"
    __table_args__ = (
        Index(
            "uq_reassessment_open", "application_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    by_others: Mapped[bool]
    status_before: Mapped[str]
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


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


def rules_on_conflicts(about: str, person: str = ":person_id") -> str:
    """Who of the row `call` decides on possible conflicts of somebody (`about`, an expression for their id): the chair, and the
    authorising officers on those of the chair; without a committee, the secretariat. Nobody decides on their own. A condition."""
    chair = on_committee(Function.CHAIR, person=person)
    of_chair = on_committee(Function.CHAIR, person=about)
    secretariat, authorising = (
        f"EXISTS (SELECT FROM person_role WHERE person_role.person_id = {person} AND role = '{role}')"
        for role in (Role.SECRETARIAT, Role.AUTHORISING)
    )
    return f"""({about} NOT IN ({accounts_of(f"CAST({person} AS uuid)")}) AND CASE
        WHEN NOT {HAS_COMMITTEE_SQL} THEN {secretariat} WHEN {of_chair} THEN {authorising} ELSE {chair} END)"""


def leads(person: str = ":person_id") -> str:
    """Who of the row `call` leads a consensus: the chair, or without a committee the secretariat. A condition."""
    secretariat = f"EXISTS (SELECT FROM person_role WHERE person_role.person_id = {person} AND role = '{Role.SECRETARIAT}')"
    return f"(CASE WHEN {HAS_COMMITTEE_SQL} THEN {on_committee(Function.CHAIR, person=person)} ELSE {secretariat} END)"


def recused(row: str = "assessment", until: str | None = None) -> str:
    """The assessor of this row, of an assessment or an assignment, has declared a conflict on its application: a condition.
    until: an expression for the instant up to which declarations count."""
    early = f" AND declared.at <= {until}" if until else ""
    return f"""EXISTS (SELECT FROM conflict_declaration AS declared WHERE declared.conflict{early}
        AND declared.application_id = {row}.application_id AND declared.assessor_id = {row}.assessor_id)"""


def taken_off(until: str | None = None) -> str:
    """The assessor of the row `assessment` was taken off after sending it: a condition. until: as in `recused`."""
    early = f" AND taken_off.at <= {until}" if until else ""
    return f"""EXISTS (SELECT FROM taken_off WHERE taken_off.application_id = assessment.application_id
        AND taken_off.assessor_id = assessment.assessor_id AND taken_off.at >= assessment.sent_at{early})"""


def counts(application: str = "application", until: str | None = None) -> str:
    """The row `assessment` counts: it is about what is submitted now, and its assessor has no conflict and was not
    taken off after sending it. A condition: here and nowhere else. application: the table that holds `received_at`; until: as in `recused`, for how it
    stood then."""
    early = f" AND assessment.sent_at <= {until}" if until else ""
    return f"""(assessment.sent_at >= {application}.received_at{early}
        AND NOT {recused(until=until)} AND NOT {taken_off(until)})"""


def stands(until: str | None = None) -> str:
    """The row `consensus` stands: nobody has ended it, and each assessment that it rests on still counts. A condition beside the row
    `application`; until: as in `recused`."""
    early = f" OR consensus.ended_at > {until}) AND consensus.begun_at <= {until}" if until else ")"
    return f"""((consensus.ended_at IS NULL{early} AND NOT EXISTS (
        SELECT FROM consensus_member AS member WHERE member.consensus_id = consensus.id AND NOT EXISTS (
            SELECT FROM assessment WHERE assessment.application_id = consensus.application_id
                AND assessment.assessor_id = member.assessor_id AND assessment.sent_at <= consensus.begun_at
                AND {counts(until=until)})))"""  # noqa: S608 - our own text


DUE_SQL = "CAST(assignment.due_on + 1 AS timestamp) AT TIME ZONE 'Europe/Brussels'"
"""Until when the row `assignment` is due; NULL where no day was named."""
SENT_SQL = (
    f"(SELECT count(*) FROM assessment WHERE assessment.application_id = application.id AND {counts()})"  # noqa: S608 - our own text
)
LEAST_SQL = "CAST(call.grid ->> 'min_assessments' AS int)"
"""How many assessments of the row `application` count, and how many its `call` asks for."""
ENOUGH_SQL = f"({LEAST_SQL} <= {SENT_SQL})"
"""The row `application` has as many assessments that count as its `call` asks for."""
TOO_FEW_SQL = f"""(call.min_beneficiaries > (SELECT count(DISTINCT party.beneficiary_code) FROM party
    JOIN beneficiary ON beneficiary.code = party.beneficiary_code AND beneficiary.western_balkans
    WHERE party.application_id = application.id AND {ON_BOARD_SQL}))"""  # noqa: S608 - our own text
"""The row `application` has fewer Western Balkans beneficiaries on board than its `call` asks for."""
SETTLED_SQL = f"""({ENOUGH_SQL} AND NOT EXISTS (SELECT FROM unsettled WHERE unsettled.application_id = application.id))"""
"""The row `application` has enough assessments, and its scores don't have to be settled."""
