"""A decided ranking gets further versions; an application of a decided call is assessed again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

REASSESSMENT, VERSION, CAUSE = "reassessment", "ranking_version", "ranking_cause"
STATES = "('waiting', 'activated', 'withdrawn', 'ineligible'{more})"
LEFT = ", 'below_threshold'"


def upgrade() -> None:
    op.create_table(
        REASSESSMENT,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("by_others", sa.Boolean(), nullable=False),
        sa.Column("status_before", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f(f"fk_{REASSESSMENT}_application_id_application")
        ),
        sa.ForeignKeyConstraint(["begun_by"], ["person.id"], name=op.f(f"fk_{REASSESSMENT}_begun_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REASSESSMENT}")),
    )
    op.create_index(op.f(f"ix_{REASSESSMENT}_application_id"), REASSESSMENT, ["application_id"])
    op.create_index(
        f"uq_{REASSESSMENT}_open",
        REASSESSMENT,
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        VERSION,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed", postgresql.JSONB(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("ranks", postgresql.JSONB(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f(f"ck_{VERSION}_version")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f(f"ck_{VERSION}_four_eyes")),
        sa.CheckConstraint(
            "(proposed_at IS NULL) = (proposed_by IS NULL)", name=op.f(f"ck_{VERSION}_proposed")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f(f"ck_{VERSION}_decided")),
        sa.CheckConstraint("(decided_at IS NULL) = (document IS NULL)", name=op.f(f"ck_{VERSION}_document")),
        sa.CheckConstraint(
            "decided_at IS NULL OR proposed_at IS NOT NULL", name=op.f(f"ck_{VERSION}_in_order")
        ),
        sa.CheckConstraint("decided_at IS NULL OR ended_at IS NULL", name=op.f(f"ck_{VERSION}_ended")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f(f"fk_{VERSION}_call_id_call")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f(f"fk_{VERSION}_proposed_by_person")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f(f"fk_{VERSION}_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{VERSION}")),
    )
    op.create_index(
        f"uq_{VERSION}",
        VERSION,
        ["call_id", "version"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        f"uq_{VERSION}_open",
        VERSION,
        ["call_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL AND ended_at IS NULL"),
    )
    op.create_table(
        CAUSE,
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("reassessment_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f(f"fk_{CAUSE}_complaint_id_complaint")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], [f"{VERSION}.id"], name=op.f(f"fk_{CAUSE}_version_id_{VERSION}")
        ),
        sa.ForeignKeyConstraint(
            ["reassessment_id"],
            [f"{REASSESSMENT}.id"],
            name=op.f(f"fk_{CAUSE}_reassessment_id_{REASSESSMENT}"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f(f"fk_{CAUSE}_application_id_application")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f(f"pk_{CAUSE}")),
        sa.UniqueConstraint("reassessment_id", name=op.f(f"uq_{CAUSE}_reassessment_id")),
    )
    op.create_index(op.f(f"ix_{CAUSE}_version_id"), CAUSE, ["version_id"])
    op.create_index(op.f(f"ix_{CAUSE}_application_id"), CAUSE, ["application_id"])
    op.drop_constraint(op.f("ck_reserve_entry_state"), "reserve_entry")
    op.create_check_constraint(
        op.f("ck_reserve_entry_state"), "reserve_entry", f"state IN {STATES.format(more=LEFT)}"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_reserve_entry_state"), "reserve_entry")
    op.create_check_constraint(
        op.f("ck_reserve_entry_state"), "reserve_entry", f"state IN {STATES.format(more='')}"
    )
    op.drop_table(CAUSE)
    op.drop_table(VERSION)
    op.drop_table(REASSESSMENT)
