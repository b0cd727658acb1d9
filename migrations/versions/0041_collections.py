"""Walks through the store of documents, and the hashes that are looked for in them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

HASHED = ("document", "clarification_document", "evidence")


def upgrade() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("prefix", "looked_at", "unreferenced", "removed", "bytes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    op.create_index("ix_collection_begun_at", "collection", ["begun_at"])
    for table in HASHED:
        op.create_index(op.f(f"ix_{table}_sha256"), table, ["sha256"])


def downgrade() -> None:
    for table in reversed(HASHED):
        op.drop_index(op.f(f"ix_{table}_sha256"), table_name=table)
    op.drop_table("collection")
