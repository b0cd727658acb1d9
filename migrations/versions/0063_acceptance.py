"""A call says by when awards are accepted, how long its reserve list is served, and what it does with complaints."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "call",
        sa.Column(
            "after_decision",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default="{}",
        ),
    )
    op.alter_column("call", "after_decision", server_default=None)
    op.add_column(
        "award_withdrawal", sa.Column("lapse", sa.Boolean(), nullable=False, server_default="false")
    )
    op.alter_column("award_withdrawal", "lapse", server_default=None)
    op.add_column("reserve_entry", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_table(
        "award_acceptance",
        sa.Column("award_id", sa.Uuid(), sa.ForeignKey("award.id"), primary_key=True),
        sa.Column("accept_by", sa.Date(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("signatory_function", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'refused', 'lapsed', 'ended')", name=op.f("ck_award_acceptance_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)", name=op.f("ck_award_acceptance_settled")
        ),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'accepted' OR (signatory <> '' AND signatory_function <> '')",
            name=op.f("ck_award_acceptance_signatory"),
        ),
    )
    op.create_index(
        "ix_award_acceptance_open",
        "award_acceptance",
        ["remind_at", "award_id"],
        postgresql_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("award_acceptance")
    op.drop_column("reserve_entry", "valid_until")
    op.drop_column("award_withdrawal", "lapse")
    op.drop_column("call", "after_decision")
