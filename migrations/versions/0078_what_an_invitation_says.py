"""What an invitation says, what an expert declares with the yes, and why somebody says no."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

TEXTS = ("terms_of_reference", "contact_name", "contact_email", "contact_phone")
OUTCOMES = ("open", "accepted", "declined", "expired", "unavailable", "withdrawn", "cancelled")


def _outcomes(*known: str) -> None:
    op.drop_constraint(op.f("ck_invitation_outcome"), "invitation")
    op.create_check_constraint(
        op.f("ck_invitation_outcome"), "invitation", f"outcome IN ({', '.join(map(repr, known))})"
    )


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("deployment", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column(
        "deployment", sa.Column("declares_conflicts", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_deployment_contact"), "deployment", "(contact_name = '') = (contact_email = '')"
    )
    op.add_column(
        "invitation", sa.Column("no_conflict", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("invitation", sa.Column("why", sa.Text(), nullable=True))
    op.add_column("invitation", sa.Column("colleague", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_invitation_why_known"),
        "invitation",
        "why IN ('dates', 'employer', 'field', 'conflict', 'personal', 'other')",
    )
    op.create_check_constraint(op.f("ck_invitation_why"), "invitation", "why IS NULL OR outcome = 'declined'")
    _outcomes(*OUTCOMES, "disowned")


def downgrade() -> None:
    op.execute("UPDATE invitation SET outcome = 'cancelled' WHERE outcome = 'disowned'")
    _outcomes(*OUTCOMES)
    op.drop_constraint(op.f("ck_invitation_why"), "invitation")
    op.drop_constraint(op.f("ck_invitation_why_known"), "invitation")
    for name in ("colleague", "why", "no_conflict"):
        op.drop_column("invitation", name)
    op.drop_constraint(op.f("ck_deployment_contact"), "deployment")
    for name in ("declares_conflicts", *TEXTS):
        op.drop_column("deployment", name)
