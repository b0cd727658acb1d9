"""Tables of the slice calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("award_min", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("award_max", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("min_beneficiaries", sa.BigInteger(), nullable=False),
        sa.Column("extended_to", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extension_decision", sa.Text(), nullable=True),
        sa.Column("skip_unaffordable", sa.Boolean(), nullable=False),
        sa.Column("grid", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (published_by IS NULL) AND (state = 'draft') = (published_at IS NULL)",
            name=op.f("ck_call_published"),
        ),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f("ck_call_amount")),
        sa.CheckConstraint(
            "award_min >= 0 AND award_min <= award_max AND award_max < 'NaN'",
            name=op.f("ck_call_award_limits"),
        ),
        sa.CheckConstraint(
            "extended_to = '[]' OR extension_decision IS NOT NULL", name=op.f("ck_call_extension")
        ),
        sa.CheckConstraint("mode = 'deadline'", name=op.f("ck_call_mode")),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'closed', 'decided')", name=op.f("ck_call_state")
        ),
        sa.CheckConstraint("min_beneficiaries >= 1", name=op.f("ck_call_min_beneficiaries")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_call_instants")),
        sa.CheckConstraint("published_by <> drafted_by", name=op.f("ck_call_four_eyes")),
        sa.ForeignKeyConstraint(["drafted_by"], ["person.id"], name=op.f("fk_call_drafted_by_person")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_call_envelope_id_envelope")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_call_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("reference", name=op.f("uq_call_reference")),
    )
    op.create_index("ix_call_closes_at_id", "call", ["closes_at", "id"], unique=False)
    op.create_index(op.f("ix_call_envelope_id"), "call", ["envelope_id"], unique=False)


def downgrade() -> None:

    op.drop_index(op.f("ix_call_envelope_id"), table_name="call")
    op.drop_index("ix_call_closes_at_id", table_name="call")
    op.drop_table("call")
