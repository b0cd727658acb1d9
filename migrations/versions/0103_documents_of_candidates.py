"""Documents that candidates attach before the secretariat decides; they stand in the table of those of experts."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

TABLES = ("expert_document", "expert_document_refusal")
HELD = "expert_id IS NOT NULL OR candidacy_id IS NOT NULL"


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("candidacy_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_candidacy_id_candidacy"), table, "candidacy", ["candidacy_id"], ["id"]
        )
        op.create_index(op.f(f"ix_{table}_candidacy_id"), table, ["candidacy_id"])
        op.alter_column(table, "expert_id", existing_type=sa.Uuid(), nullable=True)
        op.create_check_constraint(op.f(f"ck_{table}_held"), table, HELD)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE expert_id IS NULL")  # noqa: S608 - our own text
        op.drop_constraint(op.f(f"ck_{table}_held"), table)
        op.alter_column(table, "expert_id", existing_type=sa.Uuid(), nullable=False)
        op.drop_index(op.f(f"ix_{table}_candidacy_id"), table)
        op.drop_constraint(op.f(f"fk_{table}_candidacy_id_candidacy"), table)
        op.drop_column(table, "candidacy_id")
