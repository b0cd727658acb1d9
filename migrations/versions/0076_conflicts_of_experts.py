"""A request for experts may count recent deployments from bookings and look for conflicts in the data; why somebody was passed over."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0070"
branch_labels = None
depends_on = None

_CHECKS = {
    "recent_from": "recent_from IN ('profile', 'bookings')",
    "cool_off_months": "cool_off_months >= 0",
}


def upgrade() -> None:
    op.add_column("deployment", sa.Column("recent_from", sa.Text(), server_default="profile", nullable=False))
    op.add_column("deployment", sa.Column("cool_off_months", sa.BigInteger(), nullable=True))
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_deployment_{name}"), "deployment", condition)
    op.add_column("candidate", sa.Column("passed_because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("candidate", "passed_because")
    op.drop_column("deployment", "cool_off_months")
    op.drop_column("deployment", "recent_from")
