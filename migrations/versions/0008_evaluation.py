"""Tables of the slice evaluation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "declaration",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["person.id"], name=op.f("fk_declaration_assessor_id_person")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_declaration_call_id_call")),
        sa.PrimaryKeyConstraint("call_id", "assessor_id", name=op.f("pk_declaration")),
    )
    op.create_index(op.f("ix_declaration_assessor_id"), "declaration", ["assessor_id"], unique=False)
    op.create_table(
        "evaluation_end",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_evaluation_end_call_id_call")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_evaluation_end_ended_by_person")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_evaluation_end")),
    )
    op.create_table(
        "assessment",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("comments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_assessment_sent")),
        sa.CheckConstraint("state IN ('draft', 'sent')", name=op.f("ck_assessment_state")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assessment_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["person.id"], name=op.f("fk_assessment_assessor_id_person")
        ),
        sa.PrimaryKeyConstraint("application_id", "assessor_id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_assessor_id"), "assessment", ["assessor_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assignment_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["person.id"], name=op.f("fk_assignment_assessor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["person.id"], name=op.f("fk_assignment_assigned_by_person")
        ),
        sa.PrimaryKeyConstraint("application_id", "assessor_id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_assessor_id"), "assignment", ["assessor_id"], unique=False)
    op.create_table(
        "conflict_declaration",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT conflict OR reason <> ''", name=op.f("ck_conflict_declaration_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_conflict_declaration_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["person.id"], name=op.f("fk_conflict_declaration_assessor_id_person")
        ),
        sa.PrimaryKeyConstraint("application_id", "assessor_id", name=op.f("pk_conflict_declaration")),
    )
    op.create_index(
        op.f("ix_conflict_declaration_assessor_id"), "conflict_declaration", ["assessor_id"], unique=False
    )
    op.create_table(
        "setting_aside",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assessments", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_setting_aside_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["set_aside_by"], ["person.id"], name=op.f("fk_setting_aside_set_aside_by_person")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_setting_aside")),
    )


def downgrade() -> None:

    op.drop_table("setting_aside")
    op.drop_index(op.f("ix_conflict_declaration_assessor_id"), table_name="conflict_declaration")
    op.drop_table("conflict_declaration")
    op.drop_index(op.f("ix_assignment_assessor_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_assessment_assessor_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_table("evaluation_end")
    op.drop_index(op.f("ix_declaration_assessor_id"), table_name="declaration")
    op.drop_table("declaration")
