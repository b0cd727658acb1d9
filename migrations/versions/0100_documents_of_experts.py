"""Documents that experts attach to their profile."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None

TABLE, REFUSAL = "expert_document", "expert_document_refusal"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("virus_scan", sa.Text(), nullable=False),
        sa.Column("unread", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("virus_scan IN ('clean', 'not_scanned')", name=op.f(f"ck_{TABLE}_virus_scan")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f(f"fk_{TABLE}_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("expert_id", "sha256"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.create_table(
        REFUSAL,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason IN ('marked', 'infected')", name=op.f(f"ck_{REFUSAL}_reason")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f(f"fk_{REFUSAL}_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REFUSAL}")),
    )
    op.create_index(op.f(f"ix_{REFUSAL}_expert_id"), REFUSAL, ["expert_id"])


def downgrade() -> None:
    op.drop_table(REFUSAL)
    op.drop_table(TABLE)
