"""What assessors have typed and not sent is unsaved text, too; the assessments that are left were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_TO_UNSAVED = """
    INSERT INTO unsaved (subject_id, section, holder_id, person_id, typed, based_on, started_at, saved_at)
    SELECT application_id, 'assessment', assessor_id, assessor_id, coalesce((SELECT jsonb_object_agg(name, jsonb_build_array(value))
            FROM (SELECT 'score-' || key AS name, value FROM jsonb_each_text(scores)
                UNION ALL SELECT 'comment-' || key, value FROM jsonb_each_text(comments)) AS fields), '{}'),
        0, saved_at, saved_at
    FROM assessment WHERE state = 'draft'
"""


def _typed(part: str) -> str:
    return f"""coalesce((SELECT jsonb_object_agg(substr(key, {len(part) + 2}), value ->> 0) FROM jsonb_each(typed)
        WHERE key LIKE '{part}-%' AND value ->> 0 IS NOT NULL), '{{}}')"""  # noqa: S608 - our own words


# A draft beside an assessment that was sent can't be: it would have been sent with it.
_BACK = f"""
    INSERT INTO assessment (application_id, assessor_id, scores, comments, state, saved_at)
    SELECT subject_id, holder_id, {_typed("score")}, {_typed("comment")}, 'draft', saved_at
    FROM unsaved WHERE section = 'assessment' ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(_TO_UNSAVED)
    op.execute("DELETE FROM assessment WHERE state = 'draft'")
    op.drop_constraint(op.f("ck_assessment_sent"), "assessment", type_="check")
    op.drop_constraint(op.f("ck_assessment_state"), "assessment", type_="check")
    op.drop_column("assessment", "state")
    op.drop_column("assessment", "saved_at")
    op.alter_column("assessment", "sent_at", nullable=False)


def downgrade() -> None:
    op.alter_column("assessment", "sent_at", nullable=True)
    op.add_column("assessment", sa.Column("state", sa.Text(), nullable=False, server_default="sent"))
    op.alter_column("assessment", "state", server_default=None)
    op.add_column("assessment", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE assessment SET saved_at = sent_at")
    op.alter_column("assessment", "saved_at", nullable=False)
    op.create_check_constraint("state", "assessment", "state IN ('draft', 'sent')")
    op.create_check_constraint("sent", "assessment", "(state = 'sent') = (sent_at IS NOT NULL)")
    op.execute(_BACK)
    op.execute("DELETE FROM unsaved WHERE section = 'assessment'")
