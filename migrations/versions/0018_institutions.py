"""Institutions as data: further names, abbreviations, signatories, a key for searches; merged and declined ones."""

import sqlalchemy as sa
from alembic import op

from facility.folding import fold, search_key

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _standing(*words: str) -> None:
    op.drop_constraint(op.f("ck_institution_status"), "institution", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f("ck_institution_status"), "institution", f"status IN ({listed})")


def _fill() -> None:
    """The keys of the rows that are there, by the code that will compare them."""
    connection = op.get_bind()
    seen = set()
    for row in connection.execute(
        sa.text("SELECT id, name, beneficiary_code FROM institution ORDER BY status, id")
    ).all():
        key = fold(row.name)
        if (
            row.beneficiary_code,
            key,
        ) in seen:  # twice in two scripts: both stay, for the secretariat to merge
            key = f"{key} {row.id}"
        seen.add((row.beneficiary_code, key))
        found = {"id": row.id, "sort": key, "search": search_key(row.name)}
        connection.execute(
            sa.text("UPDATE institution SET sort_key = :sort, search_key = :search WHERE id = :id"), found
        )
    for row in connection.execute(sa.text("SELECT id, name, sort_key FROM person")).all():
        if (key := fold(row.name)) != row.sort_key:
            connection.execute(
                sa.text("UPDATE person SET sort_key = :sort WHERE id = :id"), {"id": row.id, "sort": key}
            )


def upgrade() -> None:

    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.drop_index("ix_institution_name", table_name="institution")
    op.add_column("institution", sa.Column("own_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("institution", sa.Column("abbreviation", sa.Text(), nullable=False, server_default=""))
    op.add_column("institution", sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("institution", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    for column in ("own_name", "abbreviation", "search_key"):
        op.alter_column("institution", column, server_default=None)
    _fill()
    _standing("pending", "approved", "declined", "merged")
    op.create_check_constraint(
        op.f("ck_institution_merged"), "institution", "(status = 'merged') = (merged_into_id IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_institution_merged_elsewhere"), "institution", "merged_into_id <> id")
    op.create_foreign_key(
        op.f("fk_institution_merged_into_id_institution"),
        "institution",
        "institution",
        ["merged_into_id"],
        ["id"],
    )
    op.create_index(
        "ix_institution_name",
        "institution",
        ["beneficiary_code", "sort_key"],
        unique=True,
        postgresql_where=sa.text("status <> 'merged' AND status <> 'declined'"),
    )
    op.create_index("ix_institution_list", "institution", ["sort_key", "id"], unique=False)
    op.create_index(
        "ix_institution_merged_into",
        "institution",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_institution_search",
        "institution",
        ["search_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.create_table(
        "former_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_former_name_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_institution_id"), "former_name", ["institution_id"], unique=False)
    op.create_table(
        "signatory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_signatory_days")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_signatory_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatory")),
    )
    op.create_index(op.f("ix_signatory_institution_id"), "signatory", ["institution_id"], unique=False)


def downgrade() -> None:
    """What was merged or declined can't be told from the rest any more; its name is made its own by its id."""
    op.drop_index(op.f("ix_signatory_institution_id"), table_name="signatory")
    op.drop_table("signatory")
    op.drop_index(op.f("ix_former_name_institution_id"), table_name="former_name")
    op.drop_table("former_name")
    for name in ("search", "merged_into", "list", "name"):
        op.drop_index(f"ix_institution_{name}", table_name="institution")
    op.drop_constraint(op.f("fk_institution_merged_into_id_institution"), "institution", type_="foreignkey")
    op.drop_constraint(op.f("ck_institution_merged_elsewhere"), "institution", type_="check")
    op.drop_constraint(op.f("ck_institution_merged"), "institution", type_="check")
    op.execute(
        "UPDATE institution SET sort_key = sort_key || ' ' || id, status = 'pending'"
        " WHERE status IN ('merged', 'declined')"
    )
    _standing("pending", "approved")
    for column in ("merged_into_id", "search_key", "abbreviation", "own_name"):
        op.drop_column("institution", column)
    op.create_index("ix_institution_name", "institution", ["beneficiary_code", "sort_key"], unique=True)
    op.execute("DROP EXTENSION pg_trgm")
