"""Calls may spread awards: cool-down rules, none for the calls that are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "call",
        sa.Column(
            "cool_down",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default='{"same_lead_calls": null, "per_beneficiary_most": null}',
        ),
    )
    op.alter_column("call", "cool_down", server_default=None)


def downgrade() -> None:
    op.drop_column("call", "cool_down")
