"""What the public list of awards says that each is for, and what keeps an award out of it."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("award_signature", sa.Column("subject", sa.Text(), nullable=False, server_default="–"))
    op.alter_column("award_signature", "subject", server_default=None)
    # Whoever signed before there was a list had only the application's title for it.
    op.execute(
        "UPDATE award_signature SET subject = application.title FROM award"
        " JOIN application ON application.id = award.application_id"
        " WHERE award.id = award_signature.award_id AND application.title <> ''"
    )
    op.create_check_constraint("subject", "award_signature", "subject <> ''")
    op.create_index("ix_award_signature_signed_on", "award_signature", ["signed_on", "award_id"])
    op.create_table(
        "award_withholding",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("award_id", sa.Uuid(), sa.ForeignKey("award.id"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withheld_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "why IN ('people', 'operations', 'rights')", name=op.f("ck_award_withholding_why")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_award_withholding_reason")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_award_withholding_lifted")
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason IS NULL) AND lift_reason <> ''",
            name=op.f("ck_award_withholding_lift_reason"),
        ),
    )
    op.create_index("ix_award_withholding_award_id", "award_withholding", ["award_id"])
    op.create_index(
        "uq_award_withholding",
        "award_withholding",
        ["award_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("award_withholding")
    op.drop_index("ix_award_signature_signed_on", table_name="award_signature")
    op.drop_column("award_signature", "subject")
