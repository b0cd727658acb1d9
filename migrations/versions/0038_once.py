"""The list of others' activities that was loaded last is known again."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("initiative_import", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    op.alter_column("initiative_import", "digest", server_default=None)


def downgrade() -> None:
    op.drop_column("initiative_import", "digest")
