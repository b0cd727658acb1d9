"""Tables of activities: what was planned and done, who came (counts, no names), and the evidence."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.activities.rules.counting import ActivityStatus
from facility.applications.rules.activities import ActivityKind
from facility.db import Base, Key, search_index, search_key_of
from facility.files import kept


def _one_of(column: str, values: type[ActivityKind] | type[ActivityStatus]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Activity(Base):
    """One activity under an award. Days are local dates, both ends included. `reason` is that of the last step that
    needed one (postponed, cancelled, taken back). search_key: what it is found by."""

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ActivityKind), name="kind"),
        CheckConstraint(_one_of("state", ActivityStatus), name="state"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        CheckConstraint("verified_by <> reported_by", name="four_eyes"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified"),
        Index("ix_activity_ends_on", "ends_on", "id"),
        search_index("activity"),
    )

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    place: Mapped[str]
    search_key: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str]
    reason: Mapped[str]
    planned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]
    reported_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None]

    _find_by = search_key_of("reference", "title", "place")


class Attendance(Base):
    """How many people of a beneficiary (and institution, and gender where they told it) were expected and came; NULL where that
    was not stated, which is not 0."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint(
            "activity_id",
            "beneficiary_code",
            "institution_id",
            "gender",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("gender IN ('F', 'M', 'X')", name="gender"),
        CheckConstraint("expected >= 0 AND present >= 0", name="people"),
    )

    id: Mapped[Key]
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    beneficiary_code: Mapped[str] = mapped_column(ForeignKey("beneficiary.code"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    gender: Mapped[str | None]
    expected: Mapped[int | None]
    present: Mapped[int | None]


class Evidence(Base):
    """A document that shows what was done; its content stands in the file store under its hash."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("kind IN ('agenda', 'attendance_list', 'report', 'photos')", name="kind"),
        CheckConstraint("virus_scan IN ('clean', 'not_scanned')", name="virus_scan"),
        Index("ix_evidence_activity_id", "activity_id", postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[Key]
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    kind: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    virus_scan: Mapped[str] = mapped_column(default="not_scanned")
    unread: Mapped[int] = mapped_column(default=0)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class EvidenceRefusal(Base):
    """What stays of a refused document: its hash, the instant and the person (dossier 7), and why."""

    __tablename__ = "evidence_refusal"
    __table_args__ = (CheckConstraint("reason IN ('marked', 'infected')", name="reason"),)

    id: Mapped[Key]
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    sha256: Mapped[str]
    reason: Mapped[str] = mapped_column(default="marked")
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


kept.holds(Evidence.sha256, removed_at=Evidence.removed_at)
kept.only_names(EvidenceRefusal.sha256)
