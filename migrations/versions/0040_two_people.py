"""Withdrawing an award on the facility's side and enlarging an envelope take two people: their proposals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

OUTCOMES = "'agreed', 'refused', 'taken back', 'lapsed'"


def _proposals(table: str, of: str, *columns: sa.Column[Any], amounts: dict[str, str]) -> None:
    key = f"{of}_id"
    op.create_table(
        table,
        sa.Column(key, sa.Uuid(), nullable=False),
        *columns,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name=op.f(f"ck_{table}_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name=op.f(f"ck_{table}_settled")),
        sa.CheckConstraint(
            "outcome NOT IN ('agreed', 'refused') OR settled_by <> proposed_by",
            name=op.f(f"ck_{table}_four_eyes"),
        ),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'refused' OR answer <> ''", name=op.f(f"ck_{table}_answer")
        ),
        *[sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in amounts.items()],
        sa.ForeignKeyConstraint([key], [f"{of}.id"], name=op.f(f"fk_{table}_{key}_{of}")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f(f"fk_{table}_proposed_by_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f(f"fk_{table}_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{key}"), table, [key])
    op.create_index(
        f"uq_{table}_open", table, [key], unique=True, postgresql_where=sa.text("outcome IS NULL")
    )


def upgrade() -> None:
    _proposals(
        "envelope_enlargement",
        "envelope",
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("computed_on", sa.Numeric(16, 2), nullable=False),
        amounts={"amount": "amount > computed_on AND amount < 'NaN'"},
    )
    _proposals(
        "award_withdrawal",
        "award",
        sa.Column("computed_on", sa.Numeric(16, 2), nullable=False),
        amounts={"computed_on": "computed_on >= 0 AND computed_on < 'NaN'"},
    )


def downgrade() -> None:
    op.drop_table("award_withdrawal")
    op.drop_table("envelope_enlargement")
