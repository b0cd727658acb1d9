"""What is typed by a partner's link is kept; and of a party's own part, what it was typed upon."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("working_copy", sa.Column("seal", sa.Text(), nullable=True))
    op.create_table(
        "working_copy_by_link",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("sitting", sa.Uuid(), nullable=False),
        sa.Column("typed", JSONB, nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_working_copy_by_link_party_id_party")
        ),
        sa.PrimaryKeyConstraint("party_id", "section", "sitting", name=op.f("pk_working_copy_by_link")),
    )


def downgrade() -> None:
    op.drop_table("working_copy_by_link")
    op.drop_column("working_copy", "seal")
