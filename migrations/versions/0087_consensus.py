"""Assessors of an application whose scores are far apart agree on scores, or dissent; what they agreed on is never rewritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def _person(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("person.id"), nullable=nullable, index=index)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "consensus",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), nullable=False, index=True),
        _person("rapporteur_id", index=True),
        _at("begun_at"),
        _person("begun_by", nullable=True),
        _at("closed_at", nullable=True),
        _person("closed_by", nullable=True),
        sa.Column("close_reason", sa.Text()),
        _at("ended_at", nullable=True),
        _person("ended_by", nullable=True),
        sa.Column("end_reason", sa.Text()),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        sa.CheckConstraint(
            "close_reason IS NULL OR closed_at IS NOT NULL AND close_reason <> ''", name="closed"
        ),
    )
    op.create_index(
        "uq_consensus_application",
        "consensus",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "consensus_member",
        sa.Column("consensus_id", sa.Uuid(), sa.ForeignKey("consensus.id"), primary_key=True),
        sa.Column("assessor_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True, index=True),
    )
    op.create_table(
        "agreed_scores",
        sa.Column("consensus_id", sa.Uuid(), sa.ForeignKey("consensus.id"), primary_key=True),
        sa.Column("scores", JSONB(), nullable=False),
        sa.Column("comments", JSONB(), nullable=False),
        _at("sent_at"),
    )
    op.create_table(
        "consensus_answer",
        sa.Column("consensus_id", sa.Uuid(), sa.ForeignKey("consensus.id"), primary_key=True),
        sa.Column("assessor_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True, index=True),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=False),
        _at("at"),
        sa.CheckConstraint("agrees = (dissent = '')", name="dissent"),
    )
    op.create_table(
        "unsettled",
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        _at("since"),
    )
    op.add_column(
        "ranking_entry", sa.Column("agreed", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    for table in ("agreed_scores", "consensus_answer"):
        for act, each in (("update", "FOR EACH ROW "), ("delete", "FOR EACH ROW "), ("truncate", "")):
            op.execute(
                f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} {each}EXECUTE FUNCTION refuse_rewriting()"
            )


def downgrade() -> None:
    op.drop_column("ranking_entry", "agreed")
    for table in ("unsettled", "consensus_answer", "agreed_scores", "consensus_member", "consensus"):
        op.drop_table(table)
