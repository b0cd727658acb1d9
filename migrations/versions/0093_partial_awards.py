"""What is left of the money is offered to the first application that it is not enough for, and held in the envelope meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

TABLE = "partial_offer"
STATES = "'open', 'accepted', 'declined', 'expired', 'cancelled'"


def upgrade() -> None:
    op.add_column(
        "envelope", sa.Column("held", sa.Numeric(16, 2), server_default=sa.text("0.00"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_envelope_held"), "envelope", "held >= 0 AND committed + held <= amount"
    )
    op.create_table(
        TABLE,
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("requested", sa.Numeric(16, 2), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("responder", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f(f"ck_{TABLE}_state")),
        sa.CheckConstraint(
            "amount > 0 AND amount < requested AND requested < 'NaN'", name=op.f(f"ck_{TABLE}_amount")
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'declined') OR responder <> ''", name=op.f(f"ck_{TABLE}_responder")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f(f"ck_{TABLE}_ended")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f(f"fk_{TABLE}_application_id_application")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f(f"fk_{TABLE}_call_id_call")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f(f"fk_{TABLE}_answered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("application_id", name=op.f(f"uq_{TABLE}_application_id")),
    )
    op.create_index(op.f(f"ix_{TABLE}_call_id"), TABLE, ["call_id"])
    op.create_index(f"ix_{TABLE}_due", TABLE, ["ends_at", "id"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_constraint(op.f("ck_envelope_held"), "envelope", type_="check")
    op.drop_column("envelope", "held")
