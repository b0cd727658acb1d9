"""Proposals for all open requests for experts at once, as they were made and decided; who is left out of a shortlist has a column."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

FIGURES = (
    "requests",
    "seats",
    "points",
    "bound",
    "flows",
    "filled",
    "one_by_one_points",
    "one_by_one_filled",
)


def _names(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "matching",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("most_of_state", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in FIGURES],
        sa.CheckConstraint("most >= 1 AND most_of_state >= 1", name=op.f("ck_matching_limits")),
        sa.CheckConstraint("points <= bound", name=op.f("ck_matching_bound")),
        _names("matching", "made_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching")),
    )
    op.create_table(
        "matching_request",
        sa.Column("matching_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(taken IS NULL) = (decided_at IS NULL)", name=op.f("ck_matching_request_decided")
        ),
        _names("matching_request", "matching_id", "matching"),
        _names("matching_request", "deployment_id", "deployment"),
        _names("matching_request", "decided_by", "person"),
        sa.PrimaryKeyConstraint("matching_id", "deployment_id", name=op.f("pk_matching_request")),
    )
    op.create_table(
        "matching_line",
        sa.Column("matching_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("one_by_one", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("proposed OR one_by_one", name=op.f("ck_matching_line_place")),
        _names("matching_line", "matching_id", "matching"),
        _names("matching_line", "deployment_id", "deployment"),
        _names("matching_line", "expert_id", "expert"),
        sa.ForeignKeyConstraint(
            ["other_id"], ["deployment.id"], name=op.f("fk_matching_line_other_id_deployment")
        ),
        sa.PrimaryKeyConstraint("matching_id", "deployment_id", "expert_id", name=op.f("pk_matching_line")),
    )

    op.add_column("deployment", sa.Column("left_out", JSONB(), server_default="{}", nullable=False))
    op.execute(
        """UPDATE deployment SET left_out = shortlist->'excluded', shortlist = (shortlist - 'excluded') || jsonb_build_object('counts',
            (SELECT coalesce(jsonb_object_agg(value, count), '{}') FROM (SELECT value, count(*) AS count
                FROM jsonb_each_text(shortlist->'excluded') GROUP BY value) AS reasons))"""
    )


def downgrade() -> None:
    op.execute(
        "UPDATE deployment SET shortlist = (shortlist - 'counts') || jsonb_build_object('excluded', left_out)"
    )
    op.drop_column("deployment", "left_out")
    for table in ("matching_line", "matching_request", "matching"):
        op.drop_table(table)
