"""What donors agreed to stands in a column of its own. It begins as what was planned, as everything was booked until now;
`facility migrate` then lets it follow what was signed, and shares what is booked anew."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("donor", sa.Column("agreed", sa.Numeric(precision=16, scale=2), nullable=True))
    op.execute("UPDATE donor SET agreed = amount")
    op.alter_column("donor", "agreed", nullable=False)
    op.create_check_constraint(op.f("ck_donor_agreed"), "donor", "agreed >= 0 AND agreed < 'NaN'")


def downgrade() -> None:
    op.drop_column("donor", "agreed")
