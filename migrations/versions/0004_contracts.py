"""Tables of the slice contracts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("sub_grant", sa.Text(), nullable=True),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed_from", sa.Date(), nullable=True),
        sa.Column("signed_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("reference", name=op.f("uq_contract_reference")),
    )
    op.create_table(
        "donor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("signed", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f("ck_donor_amount")),
        sa.CheckConstraint("signed >= 0 AND signed < 'NaN'", name=op.f("ck_donor_signed")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_donor_contract_id_contract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("contract_id", "name", name=op.f("uq_donor_contract_id_name")),
        sa.UniqueConstraint("contract_id", "position", name=op.f("uq_donor_contract_id_position")),
    )
    op.create_table(
        "envelope",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("committed", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f("ck_envelope_amount")),
        sa.CheckConstraint("committed >= 0 AND committed <= amount", name=op.f("ck_envelope_committed")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_envelope_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sa.UniqueConstraint("contract_id", "name", name=op.f("uq_envelope_contract_id_name")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount <> 0 AND amount < 'NaN'", name=op.f("ck_ledger_entry_amount")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_ledger_entry_donor_id_donor")),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelope.id"], name=op.f("fk_ledger_entry_envelope_id_envelope")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledger_entry_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_award_id"), "ledger_entry", ["award_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_donor_id"), "ledger_entry", ["donor_id"], unique=False)
    op.create_index("ix_ledger_entry_envelope_id_id", "ledger_entry", ["envelope_id", "id"], unique=False)

    op.execute(
        """
        CREATE TRIGGER ledger_entry_update BEFORE UPDATE ON ledger_entry FOR EACH ROW  EXECUTE FUNCTION
        refuse_rewriting()
        """
    )
    op.execute(
        """
        CREATE TRIGGER ledger_entry_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION
        refuse_rewriting()
        """
    )
    op.execute(
        """
        CREATE TRIGGER ledger_entry_truncate BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION
        refuse_rewriting()
        """
    )


def downgrade() -> None:

    op.drop_index("ix_ledger_entry_envelope_id_id", table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_donor_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_award_id"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_table("envelope")
    op.drop_table("donor")
    op.drop_table("contract")
