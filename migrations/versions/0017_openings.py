"""Calls are opened by two people; what had been unsealed by closing counts as opened then."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("application", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE call SET opened_at = closed_at WHERE closed_at IS NOT NULL")
    op.execute(
        """
        UPDATE application SET opened_at = call.closed_at FROM call
        WHERE call.id = call_id AND closed_at IS NOT NULL AND received_at IS NOT NULL
        """
    )
    op.create_check_constraint(op.f("ck_call_opened"), "call", "opened_at >= closed_at")
    op.create_table(
        "opening_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (minutes IS NULL)",
            name=op.f("ck_opening_session_confirmed"),
        ),
        sa.CheckConstraint(
            "confirmed_at BETWEEN started_at AND ends_at", name=op.f("ck_opening_session_instants")
        ),
        sa.CheckConstraint("confirmed_by <> started_by", name=op.f("ck_opening_session_four_eyes")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_opening_session_call_id_call")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f("fk_opening_session_confirmed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["person.id"], name=op.f("fk_opening_session_started_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_session")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_opening_session_call_id_number")),
    )
    op.create_index(
        "uq_opening_session_confirmed",
        "opening_session",
        ["call_id"],
        unique=True,
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.create_table(
        "late_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_late_attempt_application_id_application")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_late_attempt_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_attempt")),
    )
    op.create_index(op.f("ix_late_attempt_call_id"), "late_attempt", ["call_id"])


def downgrade() -> None:
    op.drop_table("late_attempt")
    op.drop_table("opening_session")
    op.drop_constraint(op.f("ck_call_opened"), "call", type_="check")
    op.drop_column("application", "opened_at")
    op.drop_column("call", "opened_at")
