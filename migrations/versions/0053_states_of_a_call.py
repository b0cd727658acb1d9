"""How many applications of a call are in which state is read from an index alone."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_application_call_status",
        "application",
        ["call_id", "status"],
        unique=False,
        postgresql_include=["id", "track", "withdrawn_at", "opened_at", "received_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_application_call_status", table_name="application")
