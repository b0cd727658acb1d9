"""Dated tables of unit costs."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_cost",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fee', 'per_diem', 'travel', 'venue', 'interpretation', 'host_fee', 'visibility', 'other')",
            name=op.f("ck_unit_cost_kind"),
        ),
        sa.CheckConstraint("amount > 0 AND amount < 'NaN'", name=op.f("ck_unit_cost_amount")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_unit_cost_entered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_cost")),
        sa.UniqueConstraint(
            "kind",
            "country",
            "unit",
            "valid_from",
            "entered_at",
            name=op.f("uq_unit_cost_kind_country_unit_valid_from_entered_at"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:
    op.drop_table("unit_cost")
