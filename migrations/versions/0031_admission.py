"""What is done with applications that came in has a room of its own: the names of its reactions and letters follow."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

REACTIONS = ("clarifications", "consultations", "decisions", "overlap")
LETTERS = (
    "clarified",
    "clarify",
    "clarify_again",
    "consultation_cancelled",
    "consultation_news",
    "consulted",
    "consulted_again",
    "exception_decided",
    "inadmissible",
)


_REACTION = sa.text(
    "UPDATE delivery SET reaction = :after || substr(reaction, length(:before) + 1)"
    " WHERE split_part(reaction, '.', 1) = :before AND split_part(reaction, '.', 3) = ANY(:modules)"
)
_LETTER = sa.text(
    "UPDATE mail SET template = :after || substr(template, length(:before) + 1)"
    " WHERE split_part(template, '/', 1) = :before AND split_part(template, '/', 2) = ANY(:letters)"
)


def _rename(before: str, after: str) -> None:
    names = {"before": before, "after": after}
    op.get_bind().execute(_REACTION, {**names, "modules": list(REACTIONS)})
    op.get_bind().execute(_LETTER, {**names, "letters": list(LETTERS)})


def upgrade() -> None:
    _rename("applications", "admission")


def downgrade() -> None:
    _rename("admission", "applications")
