"""Lists of applications: keys to search and to go on by, indexes for each filter, and views that people save."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from facility.folding import search_key

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_RECEIVED = sa.text("received_at IS NOT NULL")
_INDEXES = {
    "ix_application_status_received": ["status", "received_at", "id"],
    "ix_application_lead_received": ["lead_institution_id", "received_at", "id"],
    "ix_application_requested": ["requested", "id"],
    "ix_application_call_requested": ["call_id", "requested", "id"],
}


def _fill() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, reference, title FROM application")).all():
        key = search_key(row.reference, row.title, initials=False)
        connection.execute(
            sa.text("UPDATE application SET search_key = :key WHERE id = :id"), {"key": key, "id": row.id}
        )


def upgrade() -> None:
    op.add_column(
        "application",
        sa.Column(
            "theme_codes",
            sa.ARRAY(sa.Text()),
            sa.Computed("string_to_array(translate(themes::text, '[]\" ', ''), ',')", persisted=True),
            nullable=False,
        ),
    )
    op.add_column("application", sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
    op.alter_column("application", "search_key", server_default=None)
    _fill()
    for name, columns in _INDEXES.items():
        op.create_index(name, "application", columns, unique=False, postgresql_where=_RECEIVED)
    op.create_index(
        "ix_application_themes", "application", ["theme_codes"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_application_search",
        "application",
        ["search_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.add_column("party", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE party SET added_at = started_at FROM application WHERE application.id = party.application_id"
    )
    op.alter_column("party", "added_at", nullable=False)
    op.drop_index("ix_party_institution", table_name="party")
    op.create_index("ix_party_institution", "party", ["institution_id", "added_at", "id"], unique=False)
    op.create_index(
        "ix_party_beneficiary",
        "party",
        ["beneficiary_code", "application_id"],
        unique=False,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_index("ix_party_beneficiary", table_name="party")
    op.drop_index("ix_party_institution", table_name="party")
    op.drop_column("party", "added_at")
    op.create_index("ix_party_institution", "party", ["institution_id"], unique=False)
    for name in ("ix_application_search", "ix_application_themes", *_INDEXES):
        op.drop_index(name, table_name="application")
    op.drop_column("application", "search_key")
    op.drop_column("application", "theme_codes")
