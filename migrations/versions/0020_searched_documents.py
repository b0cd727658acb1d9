"""Documents say whether viruses were looked for and what no machine could read; refusals say why."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DOCUMENTS = ("document", "evidence")
REFUSALS = ("classified_refusal", "evidence_refusal")


def upgrade() -> None:
    for table in DOCUMENTS:
        # Nobody has looked at those that are there; what they hold is counted when they are sent anew.
        op.add_column(table, sa.Column("virus_scan", sa.Text(), nullable=False, server_default="not_scanned"))
        op.add_column(table, sa.Column("unread", sa.BigInteger(), nullable=False, server_default="0"))
        for column in ("virus_scan", "unread"):
            op.alter_column(table, column, server_default=None)
        op.create_check_constraint(
            op.f(f"ck_{table}_virus_scan"), table, "virus_scan IN ('clean', 'not_scanned')"
        )
    op.execute("UPDATE document SET unread = 1 WHERE kind IN ('png', 'jpeg')")
    op.execute(_renamed("tell_the_secretariat", "tell_the_security_officer"))
    for table in REFUSALS:
        op.add_column(table, sa.Column("reason", sa.Text(), nullable=False, server_default="marked"))
        op.alter_column(table, "reason", server_default=None)
        op.create_check_constraint(op.f(f"ck_{table}_reason"), table, "reason IN ('marked', 'infected')")


def _renamed(old: str, new: str) -> sa.Update:
    """Deliveries under way follow the reaction to its new name."""
    delivery = sa.table("delivery", sa.column("reaction"))
    return (
        sa.update(delivery)
        .where(delivery.c.reaction == f"applications.{old}")
        .values(reaction=f"applications.{new}")
    )


def downgrade() -> None:
    op.execute(_renamed("tell_the_security_officer", "tell_the_secretariat"))
    for table in REFUSALS:
        rows = sa.table(table, sa.column("reason"))
        op.execute(sa.delete(rows).where(rows.c.reason == "infected"))
        op.drop_constraint(op.f(f"ck_{table}_reason"), table)
        op.drop_column(table, "reason")
    for table in DOCUMENTS:
        op.drop_constraint(op.f(f"ck_{table}_virus_scan"), table)
        op.drop_column(table, "unread")
        op.drop_column(table, "virus_scan")
