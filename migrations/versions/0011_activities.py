"""Tables of the slice activities."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)", name=op.f("ck_activity_verified")
        ),
        sa.CheckConstraint(
            "kind IN ('workshop', 'seminar', 'internship', 'study_trip', 'expert_mission')",
            name=op.f("ck_activity_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'postponed', 'cancelled', 'completed', 'verified')",
            name=op.f("ck_activity_state"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_activity_days")),
        sa.CheckConstraint("verified_by <> reported_by", name=op.f("ck_activity_four_eyes")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_activity_application_id_application")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_activity_award_id_award")),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_activity_planned_by_person")),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"], name=op.f("fk_activity_reported_by_person")),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name=op.f("fk_activity_verified_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("reference", name=op.f("uq_activity_reference")),
    )
    op.create_index(op.f("ix_activity_application_id"), "activity", ["application_id"], unique=False)
    op.create_index(op.f("ix_activity_award_id"), "activity", ["award_id"], unique=False)
    op.create_index("ix_activity_ends_on", "activity", ["ends_on", "id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_code", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("gender IN ('F', 'M', 'X')", name=op.f("ck_attendance_gender")),
        sa.CheckConstraint("expected >= 0 AND present >= 0", name=op.f("ck_attendance_people")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_attendance_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_code"],
            ["beneficiary.code"],
            name=op.f("fk_attendance_beneficiary_code_beneficiary"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_attendance_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "activity_id",
            "beneficiary_code",
            "institution_id",
            "gender",
            name=op.f("uq_attendance_activity_id_beneficiary_code_institution_id_gender"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('agenda', 'attendance_list', 'report', 'photos')", name=op.f("ck_evidence_kind")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_evidence_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_evidence_uploaded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(
        "ix_evidence_activity_id",
        "evidence",
        ["activity_id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "evidence_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_evidence_refusal_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_evidence_refusal_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_refusal")),
    )
    op.create_index(
        op.f("ix_evidence_refusal_activity_id"), "evidence_refusal", ["activity_id"], unique=False
    )


def downgrade() -> None:

    op.drop_index(op.f("ix_evidence_refusal_activity_id"), table_name="evidence_refusal")
    op.drop_table("evidence_refusal")
    op.drop_index(
        "ix_evidence_activity_id", table_name="evidence", postgresql_where=sa.text("removed_at IS NULL")
    )
    op.drop_table("evidence")
    op.drop_table("attendance")
    op.drop_index("ix_activity_ends_on", table_name="activity")
    op.drop_index(op.f("ix_activity_award_id"), table_name="activity")
    op.drop_index(op.f("ix_activity_application_id"), table_name="activity")
    op.drop_table("activity")
