"""What was submitted can be changed until the deadline, and stays valid until the new version takes its place."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("changing_since", sa.DateTime(timezone=True)))
    op.add_column("application", sa.Column("as_submitted", JSONB()))
    op.create_check_constraint(
        "changing",
        "application",
        "(changing_since IS NULL) = (as_submitted IS NULL)"
        " AND (changing_since IS NULL OR (status = 'submitted' AND opened_at IS NULL))",
    )
    op.create_index(
        "ix_application_changing",
        "application",
        ["call_id", "id"],
        postgresql_where=sa.text("changing_since IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_application_changing", "application")
    op.drop_constraint("changing", "application", type_="check")
    op.drop_column("application", "as_submitted")
    op.drop_column("application", "changing_since")
