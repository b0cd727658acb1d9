"""Tables of the slice monitoring."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "application_figure",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_figure")),
    )
    op.create_table(
        "award_life",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_kind", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_award_life")),
    )
    op.create_table(
        "call_figure",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("reserve", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_figure")),
    )
    op.create_table(
        "envelope_figure",
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("committed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("envelope_id", name=op.f("pk_envelope_figure")),
    )
    op.create_table(
        "headline",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_headline")),
    )
    op.create_table(
        "joint_activity",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attended", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_joint_activity")),
    )
    op.create_index(op.f("ix_joint_activity_award_id"), "joint_activity", ["award_id"], unique=False)
    op.create_index("ix_joint_activity_list", "joint_activity", ["ends_on", "activity_id"], unique=False)
    op.create_table(
        "money_figure",
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("agreed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("committed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("donor_id", name=op.f("pk_money_figure")),
    )
    op.create_table(
        "request_figure",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_yes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("exhausted", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_request_figure")),
    )
    op.create_index(
        "ix_request_figure_list", "request_figure", ["requested_at", "deployment_id"], unique=False
    )
    op.create_table(
        "result",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("component", sa.BigInteger(), nullable=False),
        sa.Column("component_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("leads", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_result")),
        sa.UniqueConstraint("position", name=op.f("uq_result_position")),
    )
    op.create_table(
        "indicator",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("result_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("baseline_year", sa.BigInteger(), nullable=False),
        sa.Column("baseline_value", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("baseline_value < 'NaN'", name=op.f("ck_indicator_baseline_value")),
        sa.ForeignKeyConstraint(
            ["result_code"], ["result.code"], name=op.f("fk_indicator_result_code_result")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_indicator")),
        sa.UniqueConstraint("position", name=op.f("uq_indicator_position")),
    )
    op.create_table(
        "indicator_target",
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.CheckConstraint("value < 'NaN'", name=op.f("ck_indicator_target_value")),
        sa.ForeignKeyConstraint(
            ["indicator_code"], ["indicator.code"], name=op.f("fk_indicator_target_indicator_code_indicator")
        ),
        sa.PrimaryKeyConstraint("indicator_code", "year", name=op.f("pk_indicator_target")),
    )


def downgrade() -> None:

    op.drop_table("indicator_target")
    op.drop_table("indicator")
    op.drop_table("result")
    op.drop_index("ix_request_figure_list", table_name="request_figure")
    op.drop_table("request_figure")
    op.drop_table("money_figure")
    op.drop_index("ix_joint_activity_list", table_name="joint_activity")
    op.drop_index(op.f("ix_joint_activity_award_id"), table_name="joint_activity")
    op.drop_table("joint_activity")
    op.drop_table("headline")
    op.drop_table("envelope_figure")
    op.drop_table("call_figure")
    op.drop_table("award_life")
    op.drop_table("application_figure")
