"""Candidates of the pool, how long its members stay in it, and what they agreed to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

STATES = "'naming', 'invited', 'waiting', 'validated', 'refused'"


def upgrade() -> None:
    op.add_column("expert", sa.Column("valid_until", sa.Date(), nullable=True))
    op.add_column("expert", sa.Column("notice", sa.Date(), nullable=True))
    op.add_column("expert", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_expert_notice"), "expert", "(notice IS NULL) = (agreed_at IS NULL)")
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("state", "email", "name", "authority", "nominator", "nominator_email")
        ),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notice", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expert_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_candidacy_state")),
        sa.CheckConstraint(
            "(state IN ('validated', 'refused')) = (decided_at IS NOT NULL)",
            name=op.f("ck_candidacy_decided"),
        ),
        sa.CheckConstraint(
            "(state = 'validated') = (expert_id IS NOT NULL)", name=op.f("ck_candidacy_validated")
        ),
        sa.CheckConstraint("decided_at IS NULL OR reason <> ''", name=op.f("ck_candidacy_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_candidacy_decided_by_person")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_candidacy_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
    )
    op.create_index(op.f("ix_candidacy_email"), "candidacy", ["email"])


def downgrade() -> None:
    op.drop_table("candidacy")
    op.drop_constraint(op.f("ck_expert_notice"), "expert")
    for name in ("agreed_at", "notice", "valid_until"):
        op.drop_column("expert", name)
