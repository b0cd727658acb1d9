"""Tables of joint applications: the application, its parties, documents, refused documents, checks."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    and_,
    exists,
    func,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.rules.drafting import is_editable
from facility.applications.rules.parties import Confirmation, is_on_board
from facility.applications.rules.sealing import is_sealed
from facility.applications.rules.status import ApplicationStatus
from facility.db import Base, Key, search_index, search_key_of
from facility.files import kept

_RECEIVED = text("received_at IS NOT NULL")
_AMOUNT = "{0} >= 0 AND {0} < 'NaN'"


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Application(Base):
    """One application to a call. `version` counts changes to what partners confirm; requested (EUR) is the sum over
    the parties on board, and stays after submission. `submission` is the snapshot that the fingerprint covers.
    opened_at: when two people opened its call with it; until then a joint application is sealed. changing_since: the lead
    changes what was submitted, which stays valid until it is submitted again; as_submitted: what it consists of, to come
    back to (service.changing_submitted).
    theme_codes: the themes once more, as the planner has statistics of them; search_key: what it is found by."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("track IN ('joint', 'exception')", name="track"),
        CheckConstraint(_one_of("status", ApplicationStatus), name="status"),
        CheckConstraint(_AMOUNT.format("requested"), name="requested"),
        CheckConstraint("exception_decided_by <> consulted_by", name="four_eyes"),
        CheckConstraint(
            "(received_at IS NULL) = (fingerprint IS NULL)"
            " AND (received_at IS NULL OR status <> 'draft')"
            " AND (received_at IS NOT NULL OR status IN ('draft', 'withdrawn'))",
            name="receipt",
        ),
        CheckConstraint(
            "(changing_since IS NULL) = (as_submitted IS NULL)"
            " AND (changing_since IS NULL OR (status = 'submitted' AND opened_at IS NULL))",
            name="changing",
        ),
        Index(
            "ix_application_changing",
            "call_id",
            "id",
            postgresql_where=text("changing_since IS NOT NULL"),
        ),
        # Staff lists: the newest receipt first, of all calls or of one.
        Index(
            "ix_application_received", "received_at", "id", postgresql_where=text("received_at IS NOT NULL")
        ),
        Index(
            "ix_application_call_received",
            "call_id",
            "received_at",
            "id",
            postgresql_where=text("received_at IS NOT NULL"),
        ),
        Index("ix_application_status_received", "status", "received_at", "id", postgresql_where=_RECEIVED),
        Index(
            "ix_application_lead_received",
            "lead_institution_id",
            "received_at",
            "id",
            postgresql_where=_RECEIVED,
        ),
        # The same by amount; by reference there is the one that makes it unique.
        Index("ix_application_requested", "requested", "id", postgresql_where=_RECEIVED),
        Index("ix_application_call_requested", "call_id", "requested", "id", postgresql_where=_RECEIVED),
        # How many of a call are in which state, without a look at the rows themselves.
        Index(
            "ix_application_call_status",
            "call_id",
            "status",
            postgresql_include=["id", "track", "withdrawn_at", "opened_at", "received_at"],
        ),
        # What an authorising officer is to decide alone.
        Index(
            "ix_application_exception",
            "call_id",
            postgresql_where=text("track = 'exception' AND status = 'submitted'"),
        ),
        Index("ix_application_themes", "theme_codes", postgresql_using="gin"),
        search_index("application"),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    track: Mapped[str]
    status: Mapped[str]
    reasons: Mapped[list[str]]
    lead_institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    themes: Mapped[list[str]]
    theme_codes: Mapped[list[str]] = mapped_column(
        ARRAY(Text), Computed("string_to_array(translate(themes::text, '[]\" ', ''), ',')", persisted=True)
    )
    search_key: Mapped[str]
    requested: Mapped[Decimal]
    version: Mapped[int]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    consultation: Mapped[str | None]
    consulted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    consulted_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    fingerprint: Mapped[str | None]
    submission: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    changing_since: Mapped[datetime | None]
    as_submitted: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    withdrawn_at: Mapped[datetime | None]
    missing_told_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    exception_reason: Mapped[str | None]
    exception_decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    exception_decided_at: Mapped[datetime | None]

    @hybrid_property
    def opened(self) -> bool:
        """Two people have opened its call with it."""
        return self.opened_at is not None

    @opened.inplace.expression
    @classmethod
    def _opened(cls) -> ColumnElement[bool]:
        return cls.opened_at.is_not(None)

    @hybrid_property
    def editable(self) -> bool:
        """Its lead and partners may edit and answer it (`rules.is_editable`)."""
        return is_editable(self.status, self.changing_since)

    @editable.inplace.expression
    @classmethod
    def _editable(cls) -> ColumnElement[bool]:
        return or_(cls.status == ApplicationStatus.DRAFT, cls.changing_since.is_not(None))

    @hybrid_property
    def sealed(self) -> bool:
        """Staff see only that something was submitted (`rules.is_sealed`)."""
        return is_sealed(self.track, self.opened_at)

    @sealed.inplace.expression
    @classmethod
    def _sealed(cls) -> ColumnElement[bool]:
        return and_(cls.track == "joint", cls.opened_at.is_(None))

    _find_by = search_key_of("reference", "title")


class Party(Base):
    """An institution in an application: the lead, or a partner with its role, its amount in EUR, whom to ask there,
    and its confirmation of a version by a named signatory. left_at: taken out of the draft, or left later; replaced_by:
    the party that came in its place. reminded_at: when it was last reminded of the deadline."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint(_one_of("confirmation", Confirmation), name="confirmation"),
        CheckConstraint(_AMOUNT.format("amount"), name="amount"),
        CheckConstraint(
            "confirmation <> 'confirmed' OR (signatory_name <> '' AND confirmed_at IS NOT NULL"
            " AND confirmed_version IS NOT NULL)",
            name="signatory",
        ),
        Index("uq_party_lead", "application_id", unique=True, postgresql_where=text("is_lead")),
        Index(
            "uq_party_institution",
            "application_id",
            "institution_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_party_application", "application_id", "position"),
        # An institution's own list, the newest first; and what a beneficiary takes part in.
        Index("ix_party_institution", "institution_id", "added_at", "id"),
        Index(
            "ix_party_beneficiary",
            "beneficiary_code",
            "application_id",
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    beneficiary_code: Mapped[str] = mapped_column(ForeignKey("beneficiary.code"))
    is_lead: Mapped[bool]
    position: Mapped[int]
    added_at: Mapped[datetime]
    role: Mapped[str]
    amount: Mapped[Decimal]
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    confirmation: Mapped[str] = mapped_column(default=Confirmation.NONE)
    invited_at: Mapped[datetime | None]
    signatory_name: Mapped[str | None]
    signatory_function: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_version: Mapped[int | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    left_at: Mapped[datetime | None]
    leave_reason: Mapped[str | None]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    reminded_at: Mapped[datetime | None]

    @hybrid_property
    def on_board(self) -> bool:
        """It was neither taken out of the draft, nor did it leave later (`rules.is_on_board`)."""
        return is_on_board(self.left_at)

    @on_board.inplace.expression
    @classmethod
    def _on_board(cls) -> ColumnElement[bool]:
        return cls.left_at.is_(None)


class SectionAnswers(Base):
    """What was answered in a section of the call's form, by field key (forms.types.Answer); the application's title
    and themes stand in its own row. `party_id`: the lead's party for what the lead answers once for all, otherwise the
    party whose own part it is. `version` counts what was saved, so that two who write at once notice. `salts`: for each
    confidential answer, what is hashed with it where others read the snapshot (hexadecimal)."""

    __tablename__ = "section_answers"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), primary_key=True, index=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]]
    salts: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]


class Document(Base):
    """A document of an application, kept in the store by its SHA-256 (hexadecimal); size in bytes, `unread` pages and
    pictures that no machine can read."""

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("virus_scan IN ('clean', 'not_scanned')", name="virus_scan"),)

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    virus_scan: Mapped[str] = mapped_column(default="not_scanned")
    unread: Mapped[int] = mapped_column(default=0)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ClassifiedRefusal(Base):
    """All that is kept of a document with a classification marking or a virus: a hash, an instant and a person
    (dossier 7)."""

    __tablename__ = "classified_refusal"
    __table_args__ = (CheckConstraint("reason IN ('marked', 'infected')", name="reason"),)

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    sha256: Mapped[str]
    reason: Mapped[str] = mapped_column(default="marked")
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


kept.holds(
    Document.sha256,
    removed_at=Document.removed_at,
    frozen=exists().where(
        Application.id == Document.application_id,
        Application.submission["documents"].contains(
            func.jsonb_build_array(func.jsonb_build_object("sha256", Document.sha256))
        ),
    ),
)
kept.only_names(ClassifiedRefusal.sha256)


class AdmissibilityCheck(Base):
    """One judgement on admissibility with its reason; the latest counts. `items`: the call's checklist as it was then,
    each with what was found and what was judged (rules.judged_items.JudgedItem)."""

    __tablename__ = "admissibility_check"

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    admissible: Mapped[bool]
    reason: Mapped[str]
    items: Mapped[list[Any]] = mapped_column(default=list)
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime]


CHECKED_BEFORE_SQL = """EXISTS (SELECT FROM admissibility_check AS judged WHERE judged.application_id = application.id
    AND judged.checked_by = :person_id AND judged.checked_at >= application.received_at)"""
"""The person has judged on the admissibility of what the application of the row submitted: once that is open again, somebody else
checks it."""
LATEST_CHECK_SQL = """FROM admissibility_check WHERE application_id = application.id
    ORDER BY checked_at DESC, admissibility_check.id DESC LIMIT 1"""
"""Of the row `application` the judgement on admissibility that stands."""


class LateAttempt(Base):
    """Somebody tried to submit when the time was over, and was refused for these reasons (codes, sorted)."""

    __tablename__ = "late_attempt"

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime]
    reasons: Mapped[list[str]]
