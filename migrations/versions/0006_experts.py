"""Tables of the slice experts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "expert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("deployments_12m", sa.BigInteger(), nullable=False),
        sa.Column("past_deployments", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_expert_country")),
        sa.CheckConstraint("gender IN ('F', 'M', 'X')", name=op.f("ck_expert_gender")),
        sa.CheckConstraint("deployments_12m >= 0", name=op.f("ck_expert_deployments_12m")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
        sa.UniqueConstraint("code", name=op.f("uq_expert_code")),
        sa.UniqueConstraint("email", name=op.f("uq_expert_email")),
    )
    op.create_table(
        "theme",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_theme")),
    )
    op.create_table(
        "booking",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_booking_expert_id_expert")),
        sa.PrimaryKeyConstraint("expert_id", "day", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_deployment_id"), "booking", ["deployment_id"], unique=False)
    op.create_table(
        "expert_availability",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_expert_availability_days")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_expert_availability_expert_id_expert")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_availability")),
        sa.UniqueConstraint(
            "expert_id", "starts_on", name=op.f("uq_expert_availability_expert_id_starts_on")
        ),
    )
    op.create_table(
        "expert_language",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')", name=op.f("ck_expert_language_level")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_expert_language_expert_id_expert")
        ),
        sa.PrimaryKeyConstraint("expert_id", "language", name=op.f("pk_expert_language")),
    )
    op.create_table(
        "expert_theme",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("theme_code", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_expert_theme_level")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_theme_expert_id_expert")),
        sa.ForeignKeyConstraint(
            ["theme_code"], ["theme.code"], name=op.f("fk_expert_theme_theme_code_theme")
        ),
        sa.PrimaryKeyConstraint("expert_id", "theme_code", name=op.f("pk_expert_theme")),
    )
    op.create_table(
        "expert_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_expert_conflict_expert_id_expert")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_expert_conflict_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_conflict")),
        sa.UniqueConstraint(
            "expert_id",
            "institution_id",
            name=op.f("uq_expert_conflict_expert_id_institution_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:

    op.drop_table("expert_conflict")
    op.drop_table("expert_theme")
    op.drop_table("expert_language")
    op.drop_table("expert_availability")
    op.drop_index(op.f("ix_booking_deployment_id"), table_name="booking")
    op.drop_table("booking")
    op.drop_table("theme")
    op.drop_table("expert")
