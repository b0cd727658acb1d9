"""Headlines of reports that were taken back: the Commission's page has told of the reports."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_SO_FAR = """
    INSERT INTO headline (position, kind, at, subject, subject_id, data)
    SELECT event.position, event.kind, recorded_at, subject, subject_id, data FROM event
    WHERE event.kind = 'CompletionUndone'
      AND event.position <= (SELECT position FROM projection WHERE name = 'headlines')
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute(_SO_FAR)


def downgrade() -> None:
    op.execute("DELETE FROM headline WHERE kind = 'CompletionUndone'")
