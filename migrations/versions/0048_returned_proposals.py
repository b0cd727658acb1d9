"""A proposal can be sent back with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_proposal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("returned_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("returned_by <> proposed_by", name="four_eyes"),
    )
    op.create_index("ix_returned_proposal_call_id", "returned_proposal", ["call_id", "returned_at"])


def downgrade() -> None:
    op.drop_table("returned_proposal")
