"""Calls count exceptions apart, and a seat whose expert was not released is empty: both read models are built anew from the log."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

COUNTS = ("exceptions_received", "exceptions_awarded")


def _build_anew() -> None:
    for table in ("call_figure", "application_figure", "request_figure"):
        op.execute(sa.delete(sa.table(table)))
    op.execute(
        """UPDATE projection SET position = 0, attempts = 0, next_attempt_at = NULL, error = NULL
        WHERE name IN ('calls', 'requests')"""
    )


def upgrade() -> None:
    _build_anew()
    for name in COUNTS:
        op.add_column("call_figure", sa.Column(name, sa.BigInteger(), nullable=False))
    op.add_column("call_figure", sa.Column("exceptions_committed", sa.Numeric(16, 2), nullable=False))


def downgrade() -> None:
    _build_anew()
    for name in (*COUNTS, "exceptions_committed"):
        op.drop_column("call_figure", name)
