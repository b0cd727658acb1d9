"""Letters of all rooms in one table, each written once for an event; and each on paper as it was first sent or read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

BEFORE = ("inadmissible", "exception_approved", "exception_refused")


def upgrade() -> None:
    op.add_column("letter", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("ck_letter_kind"), "letter", type_="check")
    op.drop_constraint(op.f("uq_letter_application_id_kind"), "letter", type_="unique")
    op.execute(
        "INSERT INTO letter (id, application_id, kind, event_id, data, created_at)"
        " SELECT id, application_id, kind, event_id, data, created_at FROM decision_letter"
    )
    op.drop_table("decision_letter")
    op.create_unique_constraint(
        op.f("uq_letter_event_id_application_id_kind"), "letter", ["event_id", "application_id", "kind"]
    )
    op.create_index("ix_letter_application", "letter", ["application_id", "created_at"])
    op.create_table(
        "letter_on_paper",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_on_paper_letter_id_letter")
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_on_paper")),
    )


def downgrade() -> None:
    op.drop_table("letter_on_paper")
    op.drop_index("ix_letter_application", table_name="letter")
    op.drop_constraint(op.f("uq_letter_event_id_application_id_kind"), "letter", type_="unique")
    op.create_table(
        "decision_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN {BEFORE}", name=op.f("ck_decision_letter_kind")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_letter_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_letter")),
        sa.UniqueConstraint("event_id", name=op.f("uq_decision_letter_event_id")),
    )
    op.create_index("ix_decision_letter_application", "decision_letter", ["application_id", "created_at"])
    op.execute(
        "INSERT INTO decision_letter (id, application_id, kind, event_id, data, created_at)"  # noqa: S608 - our own text
        f" SELECT id, application_id, kind, event_id, data, created_at FROM letter WHERE kind IN {BEFORE}"
    )
    op.execute(f"DELETE FROM letter WHERE kind IN {BEFORE}")  # noqa: S608 - our own text
    op.create_unique_constraint(op.f("uq_letter_application_id_kind"), "letter", ["application_id", "kind"])
    op.create_check_constraint("kind", "letter", "kind IN ('award', 'reserve', 'not_funded', 'carried_over')")
    op.drop_column("letter", "event_id")
