"""Why a request for experts was called off."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deployment", sa.Column("end_reason", sa.Text(), nullable=True))
    op.create_check_constraint("end_reason", "deployment", "end_reason IS NULL OR state = 'ended'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_deployment_end_reason"), "deployment", type_="check")
    op.drop_column("deployment", "end_reason")
