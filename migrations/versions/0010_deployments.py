"""Tables of the slice deployments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("language_level", sa.Text(), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("min_theme_level", sa.BigInteger(), nullable=False),
        sa.Column("bonus_regional_language", sa.BigInteger(), nullable=False),
        sa.Column("bonus_no_recent_deployment", sa.BigInteger(), nullable=False),
        sa.Column("respond_within_hours", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shortlist", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("order_reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'asking', 'filled', 'exhausted', 'ended')",
            name=op.f("ck_deployment_state"),
        ),
        sa.CheckConstraint("respond_within_hours >= 1", name=op.f("ck_deployment_respond_within_hours")),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_deployment_seats")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_deployment_days")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_deployment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_deployment_award_id_award")),
        sa.ForeignKeyConstraint(["ordered_by"], ["person.id"], name=op.f("fk_deployment_ordered_by_person")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_deployment_requested_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("reference", name=op.f("uq_deployment_reference")),
    )
    op.create_index(op.f("ix_deployment_application_id"), "deployment", ["application_id"], unique=False)
    op.create_index(op.f("ix_deployment_award_id"), "deployment", ["award_id"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'asked', 'passed_over')", name=op.f("ck_candidate_state")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_candidate_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_candidate_expert_id_expert")),
        sa.PrimaryKeyConstraint("deployment_id", "position", name=op.f("pk_candidate")),
        sa.UniqueConstraint("deployment_id", "expert_id", name=op.f("uq_candidate_deployment_id_expert_id")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(outcome = 'open') = (ended_at IS NULL)", name=op.f("ck_invitation_ended_at")),
        sa.CheckConstraint(
            "outcome IN ('open', 'accepted', 'declined', 'expired', 'unavailable', 'withdrawn', 'cancelled')",
            name=op.f("ck_invitation_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_invitation_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_invitation_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("deployment_id", "expert_id", name=op.f("uq_invitation_deployment_id_expert_id")),
    )
    op.create_index(
        "ix_invitation_due",
        "invitation",
        ["respond_by"],
        unique=False,
        postgresql_where=sa.text("outcome = 'open'"),
    )
    op.create_index("ix_invitation_expert_id", "invitation", ["expert_id"], unique=False)
    op.create_index(
        "uq_invitation_seat",
        "invitation",
        ["deployment_id", "seat"],
        unique=True,
        postgresql_where=sa.text("outcome IN ('open', 'accepted')"),
    )


def downgrade() -> None:

    op.drop_index(
        "uq_invitation_seat",
        table_name="invitation",
        postgresql_where=sa.text("outcome IN ('open', 'accepted')"),
    )
    op.drop_index("ix_invitation_expert_id", table_name="invitation")
    op.drop_index("ix_invitation_due", table_name="invitation", postgresql_where=sa.text("outcome = 'open'"))
    op.drop_table("invitation")
    op.drop_table("candidate")
    op.drop_index(op.f("ix_deployment_award_id"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_application_id"), table_name="deployment")
    op.drop_table("deployment")
