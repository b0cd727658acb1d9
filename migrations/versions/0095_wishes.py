"""The lead of an activity asks for experts; a request for experts names what it was made from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

TABLE = "wish"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("themes", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f(f"ck_{TABLE}_seats")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f(f"ck_{TABLE}_days")),
        sa.CheckConstraint(
            "state IN ('open', 'requested', 'taken_back', 'refused')", name=op.f(f"ck_{TABLE}_state")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f(f"fk_{TABLE}_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f(f"fk_{TABLE}_asked_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_activity_id"), TABLE, ["activity_id"])
    op.create_index(
        f"ix_{TABLE}_open",
        TABLE,
        ["activity_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.add_column("deployment", sa.Column("wish_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_deployment_wish_id_wish"), "deployment", TABLE, ["wish_id"], ["id"])
    op.create_index(op.f("ix_deployment_wish_id"), "deployment", ["wish_id"])


def downgrade() -> None:
    op.drop_column("deployment", "wish_id")
    op.drop_table(TABLE)
