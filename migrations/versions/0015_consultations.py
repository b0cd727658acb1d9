"""Whom the secretariat consults on applications, and what they say."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consultee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("beneficiary_code", sa.Text(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('delegation', 'iisg', 'geographic_unit', 'other')", name=op.f("ck_consultee_kind")
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_code"], ["beneficiary.code"], name=op.f("fk_consultee_beneficiary_code_beneficiary")
        ),
        sa.ForeignKeyConstraint(["theme"], ["theme.code"], name=op.f("fk_consultee_theme_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultee")),
    )
    op.create_index("ix_consultee_sort", "consultee", ["sort_key", "id"])
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("consultee_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("more_days", sa.BigInteger(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("responder", sa.Text(), nullable=False),
        sa.Column("late_outcome", sa.Text(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("late_responder", sa.Text(), nullable=False),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_taken_by", sa.Uuid(), nullable=True),
        sa.Column("late_taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_by", sa.Uuid(), nullable=True),
        sa.Column("answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'no_objection', 'objection', 'tacit', 'cancelled')",
            name=op.f("ck_consultation_state"),
        ),
        sa.CheckConstraint("days >= 1 AND more_days >= 0", name=op.f("ck_consultation_days")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_consultation_ended")),
        sa.CheckConstraint("state <> 'objection' OR reason <> ''", name=op.f("ck_consultation_reason")),
        sa.CheckConstraint(
            "late_outcome IN ('no_objection', 'objection')", name=op.f("ck_consultation_late_outcome")
        ),
        sa.CheckConstraint(
            "late_taken_at IS NULL OR late_outcome IS NOT NULL", name=op.f("ck_consultation_late_taken")
        ),
        sa.CheckConstraint("(answer IS NULL) = (answer_at IS NULL)", name=op.f("ck_consultation_answer")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_consultation_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["consultee_id"], ["consultee.id"], name=op.f("fk_consultation_consultee_id_consultee")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_consultation_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["late_taken_by"], ["person.id"], name=op.f("fk_consultation_late_taken_by_person")
        ),
        sa.ForeignKeyConstraint(["answer_by"], ["person.id"], name=op.f("fk_consultation_answer_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_consultee_id"), "consultation", ["consultee_id"])
    op.create_index("ix_consultation_application", "consultation", ["application_id", "asked_at"])
    op.create_index(
        "ix_consultation_due", "consultation", ["ends_at", "id"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "uq_consultation_open",
        "consultation",
        ["application_id", "consultee_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("consultation")
    op.drop_table("consultee")
