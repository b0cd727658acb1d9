"""A request for experts can ask for mission reports; both sides give feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

REPORT, FEEDBACK = "mission_report", "expert_feedback"


def upgrade() -> None:
    op.add_column("deployment", sa.Column("report_days", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_deployment_report_days"), "deployment", "report_days >= 1")
    op.create_table(
        REPORT,
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        *[
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("done", "results", "recommendations")
        ],
        *[
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("preparation", "cooperation", "prospects")
        ],
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f(f"ck_{REPORT}_ended")),
        sa.CheckConstraint("state IN ('open', 'late', 'sent')", name=op.f(f"ck_{REPORT}_state")),
        sa.CheckConstraint("(state = 'sent') = (done <> '')", name=op.f(f"ck_{REPORT}_done")),
        sa.CheckConstraint(
            "preparation BETWEEN 1 AND 5 AND cooperation BETWEEN 1 AND 5 AND prospects BETWEEN 1 AND 5",
            name=op.f(f"ck_{REPORT}_feedback"),
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f(f"fk_{REPORT}_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f(f"fk_{REPORT}_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REPORT}")),
        sa.UniqueConstraint("invitation_id", name=op.f(f"uq_{REPORT}_invitation_id")),
    )
    op.create_index(op.f(f"ix_{REPORT}_deployment_id"), REPORT, ["deployment_id"])
    op.create_index(f"ix_{REPORT}_due", REPORT, ["ends_at", "id"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        FEEDBACK,
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("knowledge", "cooperation", "benefit")
        ],
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "knowledge BETWEEN 1 AND 5 AND cooperation BETWEEN 1 AND 5 AND benefit BETWEEN 1 AND 5",
            name=op.f(f"ck_{FEEDBACK}_feedback"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f(f"fk_{FEEDBACK}_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f(f"fk_{FEEDBACK}_given_by_person")),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f(f"pk_{FEEDBACK}")),
    )


def downgrade() -> None:
    op.drop_table(FEEDBACK)
    op.drop_table(REPORT)
    op.drop_constraint(op.f("ck_deployment_report_days"), "deployment", type_="check")
    op.drop_column("deployment", "report_days")
