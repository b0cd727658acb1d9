"""Assessors are assigned for a whole call, with a reason where somebody else than proposed is chosen; and taken off."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignment", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "taken_off",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_off_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_taken_off_application_id_assessor_id", "taken_off", ["application_id", "assessor_id"])


def downgrade() -> None:
    op.drop_table("taken_off")
    op.drop_column("assignment", "reason")
