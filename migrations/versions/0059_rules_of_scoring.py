"""A frozen ranking keeps the exact scores that count, as fractions, since a median can't be kept as a sum; draws by lot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

# Scores have at most two decimals: a hundred times their sum is whole. The sums were of means: divided by the number of assessments.
_COUNTED = """
    UPDATE ranking_entry SET counted = (
        SELECT jsonb_object_agg(key, fraction)
        FROM (SELECT key, CAST(value AS numeric) AS sum FROM jsonb_each_text(section_sums)
            UNION ALL SELECT 'total', sum(CAST(value AS numeric)) FROM jsonb_each_text(section_sums)) AS summed
        CROSS JOIN LATERAL (SELECT CAST(sum * 100 AS bigint) AS top, CAST(assessments * 100 AS bigint) AS bottom) AS parts
        CROSS JOIN LATERAL (SELECT gcd(top, bottom) AS shared) AS both_parts
        CROSS JOIN LATERAL (SELECT CASE WHEN bottom = shared THEN CAST(top / shared AS text)
            ELSE (top / shared) || '/' || (bottom / shared) END AS fraction) AS written)
    WHERE section_sums <> '{}'
"""


def upgrade() -> None:
    op.add_column(
        "ranking_entry",
        sa.Column("counted", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    op.execute(_COUNTED)
    op.alter_column("ranking_entry", "counted", server_default=None)
    op.drop_column("ranking_entry", "section_sums")
    op.create_table(
        "lot",
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), primary_key=True),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True)),
    )


# A median becomes the sum of which it would be the mean.
_SUMS = """
    UPDATE ranking_entry SET section_sums = (
        SELECT jsonb_object_agg(key, CAST(CAST(split_part(value, '/', 1) AS numeric) * assessments
            / CAST(coalesce(nullif(split_part(value, '/', 2), ''), '1') AS numeric) AS text))
        FROM jsonb_each_text(counted) WHERE key <> 'total' AND position('.' IN key) = 0 AND value IS NOT NULL)
    WHERE counted <> '{}'
"""


def downgrade() -> None:
    op.drop_table("lot")
    op.add_column(
        "ranking_entry",
        sa.Column(
            "section_sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"
        ),
    )
    op.execute(_SUMS)
    op.alter_column("ranking_entry", "section_sums", server_default=None)
    op.drop_column("ranking_entry", "counted")
