"""What happened is read in the order of time, the latest first."""

from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_headline_at_position", "headline", ["at", "position"])


def downgrade() -> None:
    op.drop_index("ix_headline_at_position", "headline")
