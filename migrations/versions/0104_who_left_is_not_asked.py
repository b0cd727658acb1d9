"""An invitation ends where its expert leaves the pool."""

from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

OUTCOMES = (
    "open",
    "accepted",
    "declined",
    "expired",
    "unavailable",
    "withdrawn",
    "cancelled",
    "disowned",
    "taken",
)


def _outcomes(*known: str) -> None:
    op.drop_constraint(op.f("ck_invitation_outcome"), "invitation")
    op.create_check_constraint(
        op.f("ck_invitation_outcome"), "invitation", f"outcome IN ({', '.join(map(repr, known))})"
    )


def upgrade() -> None:
    _outcomes(*OUTCOMES, "left")


def downgrade() -> None:
    op.execute("UPDATE invitation SET outcome = 'unavailable' WHERE outcome = 'left'")
    _outcomes(*OUTCOMES)
