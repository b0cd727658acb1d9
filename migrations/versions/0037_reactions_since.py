"""From which event on each reaction is demanded."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# What the deliveries say: a reaction was there from the first event on, or since the last one that called for nothing.
_SO_FAR = """
    INSERT INTO reaction_since (kind, reaction, since_seq)
    SELECT kind, pair.reaction, coalesce(max(event.seq) FILTER (WHERE delivery.id IS NULL), 0)
    FROM (SELECT DISTINCT kind, reaction FROM delivery JOIN event ON event.id = event_id) AS pair
    JOIN event USING (kind)
    LEFT JOIN delivery ON delivery.event_id = event.id AND delivery.reaction = pair.reaction
    GROUP BY kind, pair.reaction
"""


def upgrade() -> None:
    op.create_table(
        "reaction_since",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("since_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "reaction", name=op.f("pk_reaction_since")),
    )
    op.execute(_SO_FAR)


def downgrade() -> None:
    op.drop_table("reaction_since")
