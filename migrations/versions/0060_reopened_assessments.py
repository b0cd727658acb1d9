"""An assessment that was sent can be reopened with a reason; what was sent before is kept, and does not count. Neither is rewritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reopened_assessment",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("comments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index(
        "ix_reopened_assessment_application_id_assessor_id",
        "reopened_assessment",
        ["application_id", "assessor_id"],
    )
    for table, act in (
        ("reopened_assessment", "update"),
        ("reopened_assessment", "delete"),
        ("assessment", "update"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        "CREATE TRIGGER reopened_assessment_truncate BEFORE TRUNCATE ON reopened_assessment"
        " EXECUTE FUNCTION refuse_rewriting()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER assessment_update ON assessment")
    op.drop_table("reopened_assessment")
