"""What a request pays its experts, what a day of travel pays, and what is due after a mission."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0080"
down_revision = "0078"
branch_labels = None
depends_on = None

PORTIONS = "('whole', 'half', 'none')"
WINDOWS, MISSION = "travel_windows", "mission"


def upgrade() -> None:
    op.add_column("deployment", sa.Column("terms", JSONB(), nullable=True))
    op.create_table(
        WINDOWS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("whole_until", sa.Time(), nullable=False),
        sa.Column("half_until", sa.Time(), nullable=False),
        sa.Column("late", sa.Text(), nullable=False),
        sa.Column("early_before", sa.Time(), nullable=False),
        sa.Column("half_before", sa.Time(), nullable=False),
        sa.Column("early", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("whole_until <= half_until", name=op.f(f"ck_{WINDOWS}_out")),
        sa.CheckConstraint("early_before <= half_before", name=op.f(f"ck_{WINDOWS}_back")),
        sa.CheckConstraint(f"late IN {PORTIONS}", name=op.f(f"ck_{WINDOWS}_late")),
        sa.CheckConstraint(f"early IN {PORTIONS}", name=op.f(f"ck_{WINDOWS}_early")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f(f"fk_{WINDOWS}_entered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{WINDOWS}")),
        sa.UniqueConstraint("valid_from", "entered_at", name=op.f(f"uq_{WINDOWS}_valid_from_entered_at")),
    )
    op.create_table(
        MISSION,
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fee", sa.Numeric(16, 2), nullable=True),
        sa.Column("per_diem", sa.Numeric(16, 2), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(stated_at IS NULL) = (departed_at IS NULL) AND (stated_at IS NULL) = (landed_at IS NULL)",
            name=op.f(f"ck_{MISSION}_stated"),
        ),
        sa.CheckConstraint("departed_at < landed_at", name=op.f(f"ck_{MISSION}_travel")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (fee IS NULL) AND (confirmed_at IS NULL) = (per_diem IS NULL)",
            name=op.f(f"ck_{MISSION}_confirmed"),
        ),
        sa.CheckConstraint("confirmed_at IS NULL OR stated_at IS NOT NULL", name=op.f(f"ck_{MISSION}_order")),
        sa.CheckConstraint(
            "fee >= 0 AND fee < 'NaN' AND per_diem >= 0 AND per_diem < 'NaN'",
            name=op.f(f"ck_{MISSION}_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f(f"fk_{MISSION}_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f(f"fk_{MISSION}_confirmed_by_person")
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f(f"pk_{MISSION}")),
    )


def downgrade() -> None:
    op.drop_table(MISSION)
    op.drop_table(WINDOWS)
    op.drop_column("deployment", "terms")
