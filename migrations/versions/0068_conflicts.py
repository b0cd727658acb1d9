"""Possible conflicts of interests are found and decided; ties are declared; several accounts of one person count as one; the evaluation
report is signed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def _person(name: str, *, key: bool = False, needed: bool = True, index: bool = False) -> sa.Column[Any]:
    return sa.Column(
        name, sa.Uuid(), sa.ForeignKey("person.id"), primary_key=key, nullable=not needed, index=index
    )


def upgrade() -> None:
    op.add_column("person", _person("same_as_id", needed=False))
    op.create_check_constraint("same_as", "person", "same_as_id <> id")
    op.create_index(
        "ix_person_same_as_id", "person", ["same_as_id"], postgresql_where=sa.text("same_as_id IS NOT NULL")
    )
    op.add_column("conflict_declaration", _person("decided_by", needed=False))
    op.create_table(
        "conflict_finding",
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), primary_key=True),
        _person("person_id", key=True, index=True),
        sa.Column("finder", sa.Text(), primary_key=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conflict", sa.Boolean()),
        sa.Column("reason", sa.Text(), nullable=False),
        _person("decided_by", needed=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(conflict IS NULL) = (decided_at IS NULL)", name="decided"),
        sa.CheckConstraint("conflict IS NULL OR reason <> ''", name="reason"),
    )
    op.create_index(
        "ix_conflict_finding_open",
        "conflict_finding",
        ["application_id"],
        postgresql_where=sa.text("conflict IS NULL"),
    )
    op.create_table(
        "named_person",
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), primary_key=True),
        _person("person_id", key=True, index=True),
    )
    op.create_table(
        "tie",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _person("person_id", index=True),
        sa.Column("institution_id", sa.Uuid(), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )

    op.create_table(
        "report_signature",
        sa.Column("call_id", sa.Uuid(), sa.ForeignKey("call.id"), primary_key=True),
        _person("person_id", key=True, index=True),
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("sheet", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("report_signature", "tie", "named_person", "conflict_finding"):
        op.drop_table(table)
    op.drop_column("conflict_declaration", "decided_by")
    op.drop_index("ix_person_same_as_id", "person")
    op.drop_constraint("same_as", "person", type_="check")
    op.drop_column("person", "same_as_id")
