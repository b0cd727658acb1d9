"""A request for experts can have a target: within how many days every seat has its yes."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deployment", sa.Column("target_days", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_deployment_target_days"), "deployment", "target_days >= 1")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_deployment_target_days"), "deployment")
    op.drop_column("deployment", "target_days")
