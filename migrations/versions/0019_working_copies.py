"""What is typed and not saved yet, what each save replaced, and the salts of confidential answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "section_answers", sa.Column("salts", postgresql.JSONB(), nullable=False, server_default="{}")
    )
    op.alter_column("section_answers", "salts", server_default=None)
    op.create_table(
        "working_copy",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("typed", postgresql.JSONB(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        *_references("working_copy"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_working_copy_person_id_person"),
        sa.PrimaryKeyConstraint("application_id", "party_id", "section", "person_id", name="pk_working_copy"),
    )
    op.create_index("ix_working_copy_party_id", "working_copy", ["party_id"])
    op.create_index("ix_working_copy_person_id", "working_copy", ["person_id"])
    op.create_table(
        "section_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("application_version", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        *_references("section_change"),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_section_change_saved_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_section_change"),
        sa.UniqueConstraint(
            "application_id",
            "party_id",
            "section",
            "version",
            name="uq_section_change_application_id_party_id_section_version",
        ),
    )
    op.create_index("ix_section_change_party_id", "section_change", ["party_id"])


def _references(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=f"fk_{table}_application_id_application"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=f"fk_{table}_party_id_party"),
    ]


def downgrade() -> None:
    op.drop_table("section_change")
    op.drop_table("working_copy")
    op.drop_column("section_answers", "salts")
