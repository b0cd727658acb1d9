"""A call may ask for a committee; who is appointed to it, and when it is full."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_BEFORE = ("drafted", "published", "opened", "checked", "assigned", "proposed", "decided")
_NEW = ("appointed", "chairs", "records", "observes")


def _duties(*duties: str) -> None:
    op.drop_constraint("duty", "call_duty", type_="check")
    op.create_check_constraint("duty", "call_duty", f"duty IN ({', '.join(repr(duty) for duty in duties)})")


def upgrade() -> None:
    op.add_column("call", sa.Column("committee", JSONB(), nullable=False, server_default=sa.text("'{}'")))
    _duties(*_BEFORE, *_NEW, "assesses")
    op.create_table(
        "committee_member",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("appointed_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("end_reason", sa.Text()),
        sa.CheckConstraint(
            "function IN ('chair', 'secretary', 'voting', 'substitute', 'observer')", name="function"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL) AND end_reason <> ''", name="ended"),
    )
    op.create_index(
        "uq_committee_member_person",
        "committee_member",
        ["call_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_committee_member_one",
        "committee_member",
        ["call_id", "function"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND function IN ('chair', 'secretary')"),
    )
    op.create_table(
        "full_committee",
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("full_committee")
    op.drop_table("committee_member")
    op.execute(f"DELETE FROM call_duty WHERE duty IN ({', '.join(repr(duty) for duty in _NEW)})")  # noqa: S608 - our own words
    _duties(*_BEFORE, "assesses")
    op.drop_column("call", "committee")
