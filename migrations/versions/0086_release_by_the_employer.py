"""A request for experts can need the release of each expert by the employer, and send a letter of appointment."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

TABLE = "release"


def upgrade() -> None:
    op.add_column("deployment", sa.Column("release_days", sa.BigInteger(), nullable=True))
    op.add_column(
        "deployment", sa.Column("appoints", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_check_constraint(op.f("ck_deployment_release_days"), "deployment", "release_days >= 1")
    op.create_table(
        TABLE,
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("insured", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f(f"ck_{TABLE}_ended")),
        sa.CheckConstraint(
            "state IN ('open', 'released', 'refused', 'silent', 'cancelled')", name=op.f(f"ck_{TABLE}_state")
        ),
        sa.CheckConstraint("(state = 'released') = (insured IS NOT NULL)", name=op.f(f"ck_{TABLE}_insured")),
        sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f(f"ck_{TABLE}_reason")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f(f"fk_{TABLE}_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f(f"fk_{TABLE}_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("deployment_id", "invitation_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.create_index(f"ix_{TABLE}_due", TABLE, ["ends_at", "id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        f"uq_{TABLE}_invitation",
        TABLE,
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'released')"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_constraint(op.f("ck_deployment_release_days"), "deployment")
    op.drop_column("deployment", "appoints")
    op.drop_column("deployment", "release_days")
