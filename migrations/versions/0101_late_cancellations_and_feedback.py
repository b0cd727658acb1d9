"""What a late cancellation makes due to an expert; what is confirmed keeps where the expert came from; feedback may
count in scores."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

TABLE = "cancellation_fee"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days_before", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("booked_fee", sa.Numeric(16, 2), nullable=False),
        sa.Column("fee", sa.Numeric(16, 2), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f(f"ck_{TABLE}_percent")),
        sa.CheckConstraint(
            "fee >= 0 AND fee < 'NaN' AND fee <= booked_fee AND booked_fee < 'NaN'",
            name=op.f(f"ck_{TABLE}_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f(f"fk_{TABLE}_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f(f"fk_{TABLE}_confirmed_by_person")
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f(f"pk_{TABLE}")),
    )
    op.add_column("mission", sa.Column("home", sa.Text(), nullable=True))
    op.add_column(
        "deployment", sa.Column("feedback_weight", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_deployment_feedback_weight"), "deployment", "feedback_weight BETWEEN 0 AND 5"
    )
    op.add_column(
        "expert_feedback", sa.Column("counts", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("expert_feedback", "counts")
    op.drop_column("deployment", "feedback_weight")
    op.drop_column("mission", "home")
    op.drop_table(TABLE)
