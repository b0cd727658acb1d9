"""Tables of the slice awards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "award_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_line", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_award_decision_decided")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_line IS NULL)", name=op.f("ck_award_decision_decided_line")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_award_decision_four_eyes")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_award_decision_call_id_call")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_award_decision_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_award_decision_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_decision")),
        sa.UniqueConstraint("call_id", name=op.f("uq_award_decision_call_id")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("committed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_reserve", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_kind", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("final_cost", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("closing_proposed_by", sa.Uuid(), nullable=True),
        sa.Column("closing_proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f("ck_award_amount")),
        sa.CheckConstraint(
            "end_kind IN ('closed', 'withdrawn', 'ineligible')", name=op.f("ck_award_end_kind")
        ),
        sa.CheckConstraint(
            "end_kind IS DISTINCT FROM 'closed' OR (final_cost IS NOT NULL AND closed_by IS NOT NULL AND committed = LEAST(amount, final_cost))",
            name=op.f("ck_award_closed"),
        ),
        sa.CheckConstraint(
            "end_kind NOT IN ('withdrawn', 'ineligible') OR committed = 0", name=op.f("ck_award_given_back")
        ),
        sa.CheckConstraint("final_cost >= 0 AND final_cost < 'NaN'", name=op.f("ck_award_final_cost")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_kind IS NULL)", name=op.f("ck_award_ended")),
        sa.CheckConstraint("closed_by <> closing_proposed_by", name=op.f("ck_award_four_eyes")),
        sa.CheckConstraint("committed >= 0 AND committed <= amount", name=op.f("ck_award_committed")),
        sa.CheckConstraint("end_kind IS NOT NULL OR committed = amount", name=op.f("ck_award_standing")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_award_application_id_application")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_award_call_id_call")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_award_closed_by_person")),
        sa.ForeignKeyConstraint(
            ["closing_proposed_by"], ["person.id"], name=op.f("fk_award_closing_proposed_by_person")
        ),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_award_envelope_id_envelope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("application_id", name=op.f("uq_award_application_id")),
    )
    op.create_index(op.f("ix_award_call_id"), "award", ["call_id"], unique=False)
    op.create_index(op.f("ix_award_envelope_id"), "award", ["envelope_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('award', 'reserve', 'not_funded')", name=op.f("ck_letter_kind")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_letter_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("application_id", "kind", name=op.f("uq_letter_application_id_kind")),
    )
    op.create_table(
        "ranking_entry",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("assessments", sa.BigInteger(), nullable=False),
        sa.Column("section_sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("requested", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("on_board", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(outcome = 'ranked') = (rank IS NOT NULL)", name=op.f("ck_ranking_entry_rank")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_ranking_entry_rank_from_one")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_ranking_entry_application_id_application")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_ranking_entry_call_id_call")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_ranking_entry")),
        sa.UniqueConstraint("call_id", "rank", name=op.f("uq_ranking_entry_call_id_rank")),
    )
    op.create_index(op.f("ix_ranking_entry_call_id"), "ranking_entry", ["call_id"], unique=False)
    op.create_table(
        "reserve_entry",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("requested", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_reserve_entry_ended")),
        sa.CheckConstraint("requested >= 0 AND requested < 'NaN'", name=op.f("ck_reserve_entry_requested")),
        sa.CheckConstraint(
            "state IN ('waiting', 'activated', 'withdrawn', 'ineligible')",
            name=op.f("ck_reserve_entry_state"),
        ),
        sa.CheckConstraint("place >= 1", name=op.f("ck_reserve_entry_place")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reserve_entry_application_id_application")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reserve_entry_call_id_call")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_reserve_entry")),
        sa.UniqueConstraint("call_id", "place", name=op.f("uq_reserve_entry_call_id_place")),
    )
    op.create_index(
        "ix_reserve_entry_waiting",
        "reserve_entry",
        ["call_id", "place"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:

    op.drop_index(
        "ix_reserve_entry_waiting", table_name="reserve_entry", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("reserve_entry")
    op.drop_index(op.f("ix_ranking_entry_call_id"), table_name="ranking_entry")
    op.drop_table("ranking_entry")
    op.drop_table("letter")
    op.drop_index(op.f("ix_award_envelope_id"), table_name="award")
    op.drop_index(op.f("ix_award_call_id"), table_name="award")
    op.drop_table("award")
    op.drop_table("award_decision")
