"""Sensitive requests ask for the expert's PIN."""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_pin",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_pin_expert_id_expert")),
        sa.PrimaryKeyConstraint("expert_id", name=op.f("pk_expert_pin")),
    )
    op.add_column(
        "deployment", sa.Column("sensitive", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("invitation", sa.Column("pin_tries", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("invitation", "pin_tries")
    op.drop_column("deployment", "sensitive")
    op.drop_table("expert_pin")
