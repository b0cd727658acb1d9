"""What partners confirmed is kept, what they want changed has a table, and reminders are noted.

What was confirmed before was not kept, so nobody can tell what has changed since: the next change of such a draft asks the
partner to confirm again, and shows it the whole.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("missing_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("party", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("party", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_party_replaced_by_party"), "party", "party", ["replaced_by"], ["id"])
    op.create_table(
        "confirmed_content",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_confirmed_content_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_content")),
    )
    op.create_index("ix_confirmed_content_party", "confirmed_content", ["party_id", "confirmed_at"])
    op.create_table(
        "change_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('done', 'not_done', 'dropped')", name=op.f("ck_change_request_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (answered_at IS NULL)", name=op.f("ck_change_request_answered")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_change_request_application_id_application")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_change_request_party_id_party")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_change_request_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_change_request_answered_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    op.create_index("ix_change_request_application", "change_request", ["application_id", "asked_at"])
    op.create_index(
        "uq_change_request_open",
        "change_request",
        ["party_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("change_request")
    op.drop_table("confirmed_content")
    op.drop_constraint(op.f("fk_party_replaced_by_party"), "party", type_="foreignkey")
    op.drop_column("party", "reminded_at")
    op.drop_column("party", "replaced_by")
    op.drop_column("application", "missing_told_at")
