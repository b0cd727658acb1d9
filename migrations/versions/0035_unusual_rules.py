"""Why a call has rules that need a reason: it stands in the call's record."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("unusual_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "unusual_reason")
