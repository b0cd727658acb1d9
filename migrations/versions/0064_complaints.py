"""Complaints about decisions, by the letters that gave a time for them."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), sa.ForeignKey("letter.id"), nullable=False),
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("call_id", "number"),
        sa.UniqueConstraint("letter_id"),
        sa.CheckConstraint(
            "about IN ('admissibility', 'exception', 'decision')", name=op.f("ck_complaint_about")
        ),
        sa.CheckConstraint("outcome IN ('upheld', 'rejected')", name=op.f("ck_complaint_outcome")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_complaint_decided"),
        ),
        sa.CheckConstraint("outcome IS NULL OR reason <> ''", name=op.f("ck_complaint_reason")),
    )
    op.create_index("ix_complaint_application_id", "complaint", ["application_id"])
    op.create_index(
        "ix_complaint_open", "complaint", ["decide_by", "id"], postgresql_where=sa.text("outcome IS NULL")
    )


def downgrade() -> None:
    op.drop_table("complaint")
