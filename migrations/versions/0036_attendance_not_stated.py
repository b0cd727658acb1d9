"""How many were expected, and how many came, may not be stated yet: that is not 0."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

COLUMNS = ("expected", "present")


def upgrade() -> None:
    for column in COLUMNS:
        op.alter_column("attendance", column, nullable=True)


def downgrade() -> None:
    for column in COLUMNS:
        op.execute(f"UPDATE attendance SET {column} = 0 WHERE {column} IS NULL")  # noqa: S608 - a name of our own
        op.alter_column("attendance", column, nullable=False)
