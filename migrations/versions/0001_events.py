"""Tables of the slice events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
        sa.UniqueConstraint("subject_id", "version", name=op.f("uq_event_subject_id_version")),
    )
    op.create_index(op.f("ix_event_correlation_id"), "event", ["correlation_id"], unique=False)
    op.create_index("ix_event_position", "event", ["position"], unique=True)
    op.create_index(
        "ix_event_unnumbered", "event", ["seq"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_table(
        "projection",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_projection")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("event_id", "reaction", name=op.f("uq_delivery_event_id_reaction")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'handed_over')"),
    )
    op.create_index(
        "ix_delivery_parked", "delivery", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'")
    )

    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER event_update BEFORE UPDATE ON event FOR EACH ROW WHEN (OLD.position IS NOT
        NULL OR (OLD.seq, OLD.id, OLD.kind, OLD.subject, OLD.subject_id, OLD.version, OLD.actor_id,
        OLD.due_at, OLD.recorded_at, OLD.correlation_id, OLD.causation_id, OLD.data,
        OLD.previous_hash, OLD.hash) IS DISTINCT FROM (NEW.seq, NEW.id, NEW.kind, NEW.subject,
        NEW.subject_id, NEW.version, NEW.actor_id, NEW.due_at, NEW.recorded_at, NEW.correlation_id,
        NEW.causation_id, NEW.data, NEW.previous_hash, NEW.hash)) EXECUTE FUNCTION
        refuse_rewriting()
        """
    )
    op.execute(
        """
        CREATE TRIGGER event_delete BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()
        """
    )
    op.execute(
        """
        CREATE TRIGGER event_truncate BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_rewriting()
        """
    )


def downgrade() -> None:

    op.drop_index("ix_delivery_parked", table_name="delivery", postgresql_where=sa.text("state = 'parked'"))
    op.drop_index(
        "ix_delivery_due",
        table_name="delivery",
        postgresql_where=sa.text("state IN ('waiting', 'handed_over')"),
    )
    op.drop_table("delivery")
    op.drop_table("projection")
    op.drop_index("ix_event_unnumbered", table_name="event", postgresql_where=sa.text("position IS NULL"))
    op.drop_index("ix_event_position", table_name="event")
    op.drop_index(op.f("ix_event_correlation_id"), table_name="event")
    op.drop_table("event")

    op.execute("DROP FUNCTION refuse_rewriting")
