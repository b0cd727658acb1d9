"""What is checked of applications: a checklist for each call, and each of its items in a judgement on admissibility."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STANDARD = (
    "in_time",
    "beneficiaries",
    "eligible_parties",
    "confirmations",
    "amounts",
    "declarations",
    "documents",
    "classified",
    "activities",
    "rights",
    "consultation",
    "overlap",
)


def upgrade() -> None:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    standard = ", ".join(f'{{"key": "{key}"}}' for key in STANDARD)
    for table, column, before in (
        ("call", "checklist", f"[{standard}]"),
        ("admissibility_check", "items", "[]"),
    ):
        op.add_column(
            table,
            sa.Column(
                column, jsonb, nullable=False, server_default=sa.text(f"'{before}'".replace(":", r"\:"))
            ),
        )
        op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    op.drop_column("admissibility_check", "items")
    op.drop_column("call", "checklist")
