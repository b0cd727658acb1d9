"""What was due and failed is written down; a read model that stops says why."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'parked', 'done')", name=op.f("ck_failed_step_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_step")),
        sa.UniqueConstraint("step", "item", name=op.f("uq_failed_step_step_item")),
    )
    op.create_index(
        "ix_failed_step_open",
        "failed_step",
        ["failed_at", "id"],
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.add_column("projection", sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("projection", sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projection", sa.Column("error", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("error", "next_attempt_at", "attempts"):
        op.drop_column("projection", name)
    op.drop_index("ix_failed_step_open", table_name="failed_step")
    op.drop_table("failed_step")
