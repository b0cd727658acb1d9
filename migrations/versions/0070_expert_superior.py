"""Where an expert works, and who can release them."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

COLUMNS = ("employer", "superior_name", "superior_email")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("expert", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_expert_superior"), "expert", "(superior_name = '') = (superior_email = '')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_expert_superior"), "expert")
    for name in COLUMNS:
        op.drop_column("expert", name)
