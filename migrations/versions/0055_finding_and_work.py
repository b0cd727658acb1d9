"""Activities and requests for experts are found by words; conflicts of a person and exceptions to decide by an index of their own."""

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
    op.create_index(
        "ix_conflict_declaration_closed",
        "conflict_declaration",
        ["assessor_id", "application_id"],
        unique=False,
        postgresql_where=sa.text("conflict"),
    )
    op.create_index(
        "ix_application_exception",
        "application",
        ["call_id"],
        unique=False,
        postgresql_where=sa.text("track = 'exception' AND status = 'submitted'"),
    )


def downgrade() -> None:
    op.drop_index("ix_application_exception", table_name="application")
    op.drop_index("ix_conflict_declaration_closed", table_name="conflict_declaration")
    for table in _FOUND_BY:
        op.drop_index(f"ix_{table}_search", table_name=table)
        op.drop_column(table, "search_key")
