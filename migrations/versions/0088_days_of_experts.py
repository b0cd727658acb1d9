"""What an expert sets for every month: weekdays of absence, days of notice, days in a year."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

CHECKS = {"notice_days": "notice_days BETWEEN 0 AND 365", "days_per_year": "days_per_year BETWEEN 1 AND 366"}


def upgrade() -> None:
    weekdays = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("expert", sa.Column("absent_weekdays", weekdays, server_default="[]", nullable=False))
    for name, condition in CHECKS.items():
        op.add_column("expert", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_check_constraint(op.f(f"ck_expert_{name}"), "expert", condition)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_expert_{name}"), "expert")
        op.drop_column("expert", name)
    op.drop_column("expert", "absent_weekdays")
