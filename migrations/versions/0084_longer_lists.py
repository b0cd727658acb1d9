"""A list of experts that has run out can be made longer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("shortlist", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("extended_by", sa.Uuid(), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "condition IN ('none', 'language', 'theme')", name=op.f("ck_list_extension_condition")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_list_extension_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["extended_by"], ["person.id"], name=op.f("fk_list_extension_extended_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_extension")),
    )
    op.create_index(op.f("ix_list_extension_deployment_id"), "list_extension", ["deployment_id"])
    op.add_column("candidate", sa.Column("extension_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_candidate_extension_id_list_extension"),
        "candidate",
        "list_extension",
        ["extension_id"],
        ["id"],
    )
    op.add_column(
        "deployment", sa.Column("proposals", postgresql.JSONB(), server_default="[]", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("deployment", "proposals")
    op.drop_constraint(op.f("fk_candidate_extension_id_list_extension"), "candidate")
    op.drop_column("candidate", "extension_id")
    op.drop_index(op.f("ix_list_extension_deployment_id"), "list_extension")
    op.drop_table("list_extension")
