"""Clarifications of what came in, and letters on decisions about single applications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


LETTERS = "applications.reactions.letters"
DECISIONS = "applications.reactions.decisions"
MOVED = {
    f"{LETTERS}.tell_the_lead_it_is_not_admissible": f"{DECISIONS}.write_that_it_is_not_admissible",
    f"{LETTERS}.tell_the_lead_the_decision": f"{DECISIONS}.write_the_decision_on_an_exception",
}
"""Reactions that have a new name: what waits for them must find them."""


def _rename(names: dict[str, str]) -> None:
    rename = sa.text("UPDATE delivery SET reaction = :new WHERE reaction = :old AND state <> 'done'")
    for old, new in names.items():
        op.execute(rename.bindparams(old=old, new=new))


def upgrade() -> None:
    _rename(MOVED)
    op.create_table(
        "clarification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("responder", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('evidence', 'clerical')", name=op.f("ck_clarification_kind")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'lapsed', 'cancelled')", name=op.f("ck_clarification_state")
        ),
        sa.CheckConstraint(
            "field IN ('contact_name', 'contact_email', 'signatory_name', 'signatory_function', 'title')",
            name=op.f("ck_clarification_field"),
        ),
        sa.CheckConstraint(
            "(kind = 'clerical') = (field IS NOT NULL)", name=op.f("ck_clarification_clerical")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_clarification_ended")),
        sa.CheckConstraint(
            "(accepted IS NULL) = (settled_at IS NULL)", name=op.f("ck_clarification_settled")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_clarification_application_id_application")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_clarification_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.id"], name=op.f("fk_clarification_settled_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    op.create_index("ix_clarification_application", "clarification", ["application_id", "asked_at"])
    op.create_index(
        "ix_clarification_due",
        "clarification",
        ["ends_at", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "clarification_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clarification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("virus_scan", sa.Text(), nullable=False),
        sa.Column("unread", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clarification_id"],
            ["clarification.id"],
            name=op.f("fk_clarification_document_clarification_id_clarification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification_document")),
        sa.UniqueConstraint(
            "clarification_id", "number", name=op.f("uq_clarification_document_clarification_id_number")
        ),
    )
    op.create_table(
        "decision_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('inadmissible', 'exception_approved', 'exception_refused')",
            name=op.f("ck_decision_letter_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_letter_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_letter")),
        sa.UniqueConstraint("event_id", name=op.f("uq_decision_letter_event_id")),
    )
    op.create_index("ix_decision_letter_application", "decision_letter", ["application_id", "created_at"])


def downgrade() -> None:
    _rename({new: old for old, new in MOVED.items()})
    op.drop_table("decision_letter")
    op.drop_table("clarification_document")
    op.drop_table("clarification")
