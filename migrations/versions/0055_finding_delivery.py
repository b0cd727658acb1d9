"""Activities and requests for experts are found by words."""

import sqlalchemy as sa
from alembic import op

from facility.folding import search_key

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_FOUND_BY = {"activity": ("reference", "title", "place"), "deployment": ("reference", "place")}


def upgrade() -> None:
    connection = op.get_bind()
    for table, columns in _FOUND_BY.items():
        op.add_column(table, sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
        op.alter_column(table, "search_key", server_default=None)
        for row in connection.execute(sa.text(f"SELECT id, {', '.join(columns)} FROM {table}")).all():  # noqa: S608
            key = search_key(*(getattr(row, column) for column in columns), initials=False)
            connection.execute(
                sa.text(f"UPDATE {table} SET search_key = :key WHERE id = :id"),  # noqa: S608
                {"key": key, "id": row.id},
            )
        op.create_index(
            f"ix_{table}_search",
            table,
            ["search_key"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        )


def downgrade() -> None:
    for table in _FOUND_BY:
        op.drop_index(f"ix_{table}_search", table_name=table)
        op.drop_column(table, "search_key")
