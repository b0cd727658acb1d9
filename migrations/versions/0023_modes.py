"""Rolling and urgent calls: a batch is a call; what a decided batch did not fund is carried over once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("call", sa.Column("batch", sa.BigInteger(), nullable=True))
    op.add_column(
        "call",
        sa.Column(
            "cut_offs",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'"),
        ),
    )
    op.alter_column("call", "cut_offs", server_default=None)
    op.add_column("call", sa.Column("decide_within_hours", sa.BigInteger(), nullable=True))
    op.add_column("call", sa.Column("half_time_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_call_series_id_call"), "call", "call", ["series_id"], ["id"])
    op.create_unique_constraint(op.f("uq_call_series_id_batch"), "call", ["series_id", "batch"])
    op.drop_constraint(op.f("ck_call_mode"), "call", type_="check")
    op.create_check_constraint(op.f("ck_call_mode"), "call", "mode IN ('deadline', 'rolling', 'urgent')")
    op.create_check_constraint(
        op.f("ck_call_batch"),
        "call",
        "(series_id IS NULL) = (batch IS NULL) AND (mode <> 'deadline' OR series_id IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_call_cut_offs"), "call", "(cut_offs <> '[]') = (mode = 'rolling' AND series_id IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_call_decide_within"),
        "call",
        "(decide_within_hours IS NOT NULL) = (mode = 'urgent') AND decide_within_hours >= 1",
    )

    op.create_table(
        "carry_over",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_call_id", sa.Uuid(), nullable=False),
        sa.Column("to_call_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_call_id <> to_call_id", name=op.f("ck_carry_over_forward")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_carry_over_application_id_application")
        ),
        sa.ForeignKeyConstraint(["from_call_id"], ["call.id"], name=op.f("fk_carry_over_from_call_id_call")),
        sa.ForeignKeyConstraint(["to_call_id"], ["call.id"], name=op.f("fk_carry_over_to_call_id_call")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_carry_over")),
    )
    op.create_index(op.f("ix_carry_over_from_call_id"), "carry_over", ["from_call_id"])

    op.drop_constraint(op.f("pk_ranking_entry"), "ranking_entry", type_="primary")
    op.drop_index(op.f("ix_ranking_entry_call_id"), "ranking_entry")
    op.create_primary_key(op.f("pk_ranking_entry"), "ranking_entry", ["call_id", "application_id"])
    op.drop_constraint(op.f("ck_letter_kind"), "letter", type_="check")
    op.create_check_constraint(
        op.f("ck_letter_kind"), "letter", "kind IN ('award', 'reserve', 'not_funded', 'carried_over')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_letter_kind"), "letter", type_="check")
    op.create_check_constraint(op.f("ck_letter_kind"), "letter", "kind IN ('award', 'reserve', 'not_funded')")
    op.drop_constraint(op.f("pk_ranking_entry"), "ranking_entry", type_="primary")
    op.create_primary_key(op.f("pk_ranking_entry"), "ranking_entry", ["application_id"])
    op.create_index(op.f("ix_ranking_entry_call_id"), "ranking_entry", ["call_id"])
    op.drop_table("carry_over")
    for name in ("ck_call_decide_within", "ck_call_cut_offs", "ck_call_batch", "ck_call_mode"):
        op.drop_constraint(op.f(name), "call", type_="check")
    op.create_check_constraint(op.f("ck_call_mode"), "call", "mode = 'deadline'")
    op.drop_constraint(op.f("uq_call_series_id_batch"), "call", type_="unique")
    op.drop_constraint(op.f("fk_call_series_id_call"), "call", type_="foreignkey")
    for name in ("overdue_at", "half_time_at", "decide_within_hours", "cut_offs", "batch", "series_id"):
        op.drop_column("call", name)
