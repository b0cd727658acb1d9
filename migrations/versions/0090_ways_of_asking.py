"""A request says how its experts are asked: in working time, with a reminder, several at once."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

OUTCOMES = ("open", "accepted", "declined", "expired", "unavailable", "withdrawn", "cancelled", "disowned")


def _outcomes(*known: str) -> None:
    op.drop_constraint(op.f("ck_invitation_outcome"), "invitation")
    op.create_check_constraint(
        op.f("ck_invitation_outcome"), "invitation", f"outcome IN ({', '.join(map(repr, known))})"
    )


def _one_yes(where: str) -> None:
    op.drop_index("uq_invitation_seat", "invitation")
    op.create_index(
        "uq_invitation_seat",
        "invitation",
        ["deployment_id", "seat"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    op.add_column(
        "deployment", sa.Column("in_working_time", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("deployment", sa.Column("remind_hours_before", sa.BigInteger(), nullable=True))
    op.add_column("deployment", sa.Column("ask_at_once", sa.BigInteger(), server_default="1", nullable=False))
    op.create_check_constraint(
        op.f("ck_deployment_remind_hours_before"), "deployment", "remind_hours_before >= 1"
    )
    op.create_check_constraint(op.f("ck_deployment_ask_at_once"), "deployment", "ask_at_once >= 1")
    op.add_column("invitation", sa.Column("alone", sa.Boolean(), server_default=sa.true(), nullable=False))
    for name in ("remind_at", "reminded_at"):
        op.add_column("invitation", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _outcomes(*OUTCOMES, "taken")
    _one_yes("outcome = 'accepted' OR (outcome = 'open' AND alone)")


def downgrade() -> None:
    op.execute("UPDATE invitation SET outcome = 'withdrawn' WHERE outcome = 'taken'")
    op.execute(
        "UPDATE invitation SET outcome = 'withdrawn', ended_at = now() WHERE outcome = 'open' AND NOT alone"
    )
    _one_yes("outcome IN ('open', 'accepted')")
    _outcomes(*OUTCOMES)
    for name in ("reminded_at", "remind_at", "alone"):
        op.drop_column("invitation", name)
    for name in ("ask_at_once", "remind_hours_before"):
        op.drop_constraint(op.f(f"ck_deployment_{name}"), "deployment")
    for name in ("ask_at_once", "remind_hours_before", "in_working_time"):
        op.drop_column("deployment", name)
