"""Experts renew their place in the pool; themes are kept by an administrator and mapped to cycles of EMPACT."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

STATES = "'open', 'renewed', 'left', 'lapsed', 'cancelled'"


def upgrade() -> None:
    instants = ("asked_at", "ends_at", "remind_at")
    op.create_table(
        "renewal",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in instants),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_renewal_ended")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_renewal_state")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_renewal_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index("ix_renewal_due", "renewal", ["ends_at", "id"], postgresql_where=is_open)
    op.create_index("uq_renewal_open", "renewal", ["expert_id"], unique=True, postgresql_where=is_open)
    op.create_index(op.f("ix_renewal_expert_id"), "renewal", ["expert_id"])
    op.add_column(
        "theme", sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_theme_id"), "theme", ["id"])
    op.add_column("theme", sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "theme_cycle",
        sa.Column("theme_code", sa.Text(), nullable=False),
        sa.Column("first_year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_year", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.CheckConstraint("last_year >= first_year", name=op.f("ck_theme_cycle_years")),
        sa.ForeignKeyConstraint(["theme_code"], ["theme.code"], name=op.f("fk_theme_cycle_theme_code_theme")),
        sa.PrimaryKeyConstraint("theme_code", "first_year", name=op.f("pk_theme_cycle")),
    )


def downgrade() -> None:
    op.drop_table("theme_cycle")
    op.drop_column("theme", "emergency")
    op.drop_constraint(op.f("uq_theme_id"), "theme")
    op.drop_column("theme", "id")
    op.drop_table("renewal")
