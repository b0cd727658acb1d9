"""Awards may be spread: what a cool-down rule passed over, and who set the rule aside for an application and why."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = (
    "'draft', 'submitted', 'admissible', 'inadmissible', 'not_assessed', 'below_threshold', 'awarded', 'reserve', "
    "'closed', 'withdrawn', 'ineligible', 'exception_approved', 'exception_refused'"
)
AFTER = BEFORE.replace("'reserve', ", "'reserve', 'cooled_down', ")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_application_status"), "application", type_="check")
    op.create_check_constraint(op.f("ck_application_status"), "application", f"status IN ({AFTER})")
    op.add_column("ranking_entry", sa.Column("cooled_down", sa.Text(), nullable=True))
    op.create_table(
        "cool_down_override",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overridden_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_cool_down_override_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_cool_down_override_application_id_application"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_cool_down_override_call_id_call")),
        sa.ForeignKeyConstraint(
            ["overridden_by"], ["person.id"], name=op.f("fk_cool_down_override_overridden_by_person")
        ),
        sa.PrimaryKeyConstraint("call_id", "application_id", name=op.f("pk_cool_down_override")),
    )


def downgrade() -> None:
    op.drop_table("cool_down_override")
    op.drop_column("ranking_entry", "cooled_down")
    op.drop_constraint(op.f("ck_application_status"), "application", type_="check")
    op.create_check_constraint(op.f("ck_application_status"), "application", f"status IN ({BEFORE})")
