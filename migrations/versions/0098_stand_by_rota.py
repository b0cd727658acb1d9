"""Experts are on call for themes, week by week, and swap weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

ON_CALL, SWAP = "on_call", "swap"


def upgrade() -> None:
    op.add_column("theme", sa.Column("rota_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        ON_CALL,
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("extract(isodow FROM week) = 1", name=op.f(f"ck_{ON_CALL}_monday")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f(f"fk_{ON_CALL}_theme_id_theme")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f(f"fk_{ON_CALL}_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ON_CALL}")),
        sa.UniqueConstraint("theme_id", "week", name=op.f(f"uq_{ON_CALL}_theme_id_week")),
    )
    op.create_index(op.f(f"ix_{ON_CALL}_expert_id"), ON_CALL, ["expert_id"])
    op.create_table(
        SWAP,
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("in_exchange", sa.Date(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f(f"ck_{SWAP}_ended")),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'declined', 'lapsed', 'cancelled')", name=op.f(f"ck_{SWAP}_state")
        ),
        sa.CheckConstraint("expert_id <> colleague_id", name=op.f(f"ck_{SWAP}_two")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f(f"fk_{SWAP}_theme_id_theme")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f(f"fk_{SWAP}_expert_id_expert")),
        sa.ForeignKeyConstraint(["colleague_id"], ["expert.id"], name=op.f(f"fk_{SWAP}_colleague_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SWAP}")),
    )
    op.create_index(op.f(f"ix_{SWAP}_expert_id"), SWAP, ["expert_id"])
    op.create_index(op.f(f"ix_{SWAP}_colleague_id"), SWAP, ["colleague_id"])
    op.create_index(f"ix_{SWAP}_due", SWAP, ["ends_at", "id"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_table(SWAP)
    op.drop_table(ON_CALL)
    op.drop_column("theme", "rota_since")
