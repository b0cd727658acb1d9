"""Taking the part of a partner that left off an award."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

TABLE = "award_reduction"
OUTCOMES = "'agreed', 'refused', 'taken back', 'lapsed'"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
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
        sa.CheckConstraint("amount > 0 AND amount < 'NaN'", name=op.f(f"ck_{TABLE}_amount")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f(f"fk_{TABLE}_award_id_award")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f(f"fk_{TABLE}_party_id_party")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f(f"fk_{TABLE}_proposed_by_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f(f"fk_{TABLE}_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("award_id", "party_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.create_index(
        f"uq_{TABLE}_party",
        TABLE,
        ["party_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL OR outcome = 'agreed'"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
