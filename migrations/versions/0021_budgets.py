"""Planned activities and budgets by lines."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CATEGORIES = "'fee', 'per_diem', 'travel', 'venue', 'interpretation', 'host_fee', 'visibility', 'other'"


def upgrade() -> None:
    _planned()
    _budget()


def _planned() -> None:
    op.create_table(
        "planned_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('workshop', 'seminar', 'internship', 'study_trip', 'expert_mission')",
            name=op.f("ck_planned_activity_kind"),
        ),
        sa.CheckConstraint("days >= 1", name=op.f("ck_planned_activity_duration")),
        sa.CheckConstraint(
            "(starts_on IS NULL) = (ends_on IS NULL) AND starts_on <= ends_on",
            name=op.f("ck_planned_activity_days"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_planned_activity_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_activity")),
    )
    op.create_index("ix_planned_activity_application", "planned_activity", ["application_id", "position"])
    op.create_table(
        "planned_people",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("people >= 1", name=op.f("ck_planned_people_people")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["planned_activity.id"],
            name=op.f("fk_planned_people_activity_id_planned_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_planned_people_party_id_party")),
        sa.PrimaryKeyConstraint("activity_id", "party_id", name=op.f("pk_planned_people")),
    )
    op.create_index(op.f("ix_planned_people_party_id"), "planned_people", ["party_id"])


def _budget() -> None:
    op.create_table(
        "budget",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("indirect_percent", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.CheckConstraint(
            "indirect_percent >= 0 AND indirect_percent < 'NaN'", name=op.f("ck_budget_indirect_percent")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_budget_application_id_application")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_budget")),
    )
    op.create_table(
        "budget_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("units", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("unit_cost_id", sa.Uuid(), nullable=True),
        sa.Column("ceiling", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.CheckConstraint(f"category IN ({_CATEGORIES})", name=op.f("ck_budget_line_category")),
        sa.CheckConstraint("quantity > 0 AND quantity < 'NaN'", name=op.f("ck_budget_line_quantity")),
        sa.CheckConstraint("units > 0 AND units < 'NaN'", name=op.f("ck_budget_line_units")),
        sa.CheckConstraint("unit_cost >= 0 AND unit_cost < 'NaN'", name=op.f("ck_budget_line_unit_cost")),
        sa.CheckConstraint(
            "amount = round(quantity * units * unit_cost, 2)", name=op.f("ck_budget_line_amount")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_budget_line_application_id_application")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_budget_line_party_id_party")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["planned_activity.id"],
            name=op.f("fk_budget_line_activity_id_planned_activity"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["unit_cost_id"], ["unit_cost.id"], name=op.f("fk_budget_line_unit_cost_id_unit_cost")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line")),
    )
    op.create_index("ix_budget_line_application", "budget_line", ["application_id", "position"])
    op.create_index(op.f("ix_budget_line_party_id"), "budget_line", ["party_id"])
    op.create_index(op.f("ix_budget_line_activity_id"), "budget_line", ["activity_id"])


def downgrade() -> None:
    op.drop_table("budget_line")
    op.drop_table("budget")
    op.drop_table("planned_people")
    op.drop_table("planned_activity")
