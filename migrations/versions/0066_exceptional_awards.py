"""Awards on approved exceptions, and their proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0064"
branch_labels = None
depends_on = None

TABLE = "exceptional_award"
OUTCOMES = "'agreed', 'refused', 'taken back', 'lapsed'"


def upgrade() -> None:
    for table in ("award", "award_life"):
        op.add_column(table, sa.Column("exceptional", sa.Boolean(), nullable=False, server_default="false"))
    op.create_check_constraint(op.f("ck_award_exceptional"), "award", "NOT (exceptional AND from_reserve)")
    op.create_table(
        TABLE,
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name=op.f(f"ck_{TABLE}_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name=op.f(f"ck_{TABLE}_settled")),
        sa.CheckConstraint(
            "outcome NOT IN ('agreed', 'refused') OR settled_by <> proposed_by",
            name=op.f(f"ck_{TABLE}_four_eyes"),
        ),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'refused' OR answer <> ''", name=op.f(f"ck_{TABLE}_answer")
        ),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f(f"ck_{TABLE}_amount")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f(f"fk_{TABLE}_application_id_application")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f(f"fk_{TABLE}_proposed_by_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f(f"fk_{TABLE}_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_application_id"), TABLE, ["application_id"])
    op.create_index(
        f"uq_{TABLE}_open",
        TABLE,
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_constraint(op.f("ck_award_exceptional"), "award")
    for table in ("award", "award_life"):
        op.drop_column(table, "exceptional")
