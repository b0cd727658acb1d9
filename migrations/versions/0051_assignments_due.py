"""An assessment is asked for by a day."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignment", sa.Column("due_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("assignment", "due_on")
