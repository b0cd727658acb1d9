"""What is done already, with its words; what officers say about overlaps. Applications that were admitted come in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from facility.admission.rules.overlap import stems
from facility.folding import fold

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ADMITTED = """
    SELECT application.id, title, themes, reference,
        coalesce((SELECT string_agg(answers ->> 'summary', ' ') FROM section_answers
            WHERE application_id = application.id), '') AS summary,
        application.status IN ('awarded', 'closed', 'exception_approved') AS public,
        coalesce(received_at, started_at) AS at,
        (SELECT coalesce(jsonb_agg(DISTINCT beneficiary_code), '[]') FROM party
         WHERE application_id = application.id AND left_at IS NULL) AS beneficiaries
    FROM application WHERE application.status IN ('admissible', 'not_assessed', 'below_threshold', 'awarded', 'reserve',
        'closed', 'exception_approved')
"""
_KEEP = """
    INSERT INTO initiative (id, application_id, result, title, title_key, text, beneficiaries, themes, source, public,
        words, added_at)
    VALUES (gen_random_uuid(), :id, 'R10', :title, :title_key, :summary, CAST(:beneficiaries AS jsonb),
        CAST(:themes AS jsonb), :reference, :public,
        setweight(to_tsvector('simple', :title_words), 'A') || setweight(to_tsvector('simple', :text_words), 'C'), :at)
"""
_WORDS = "INSERT INTO initiative_word SELECT unnest(CAST(:words AS text[])) ON CONFLICT DO NOTHING"


def upgrade() -> None:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "initiative_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["person.id"], name=op.f("fk_initiative_import_imported_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiative_import")),
    )
    op.create_table(
        "initiative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("beneficiaries", jsonb, nullable=False),
        sa.Column("themes", jsonb, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "result IN ('R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'donor')",
            name=op.f("ck_initiative_result"),
        ),
        sa.CheckConstraint("(result = 'R10') = (application_id IS NOT NULL)", name=op.f("ck_initiative_own")),
        sa.CheckConstraint(
            "(application_id IS NULL) = (import_id IS NOT NULL)", name=op.f("ck_initiative_imported")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_initiative_days")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_initiative_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["initiative_import.id"], name=op.f("fk_initiative_import_id_initiative_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiative")),
        sa.UniqueConstraint("application_id", name=op.f("uq_initiative_application_id")),
    )
    op.create_index("ix_initiative_words", "initiative", ["words"], postgresql_using="gin")
    op.create_index("ix_initiative_added", "initiative", ["added_at", "id"])
    op.create_index(op.f("ix_initiative_import_id"), "initiative", ["import_id"])
    op.create_index(
        "uq_initiative_line",
        "initiative",
        ["result", "title_key", sa.text("coalesce(starts_on, '-infinity')")],
        unique=True,
        postgresql_where=sa.text("application_id IS NULL"),
    )
    op.create_table(
        "initiative_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_initiative_word")),
    )
    op.create_index(
        "ix_initiative_word_alike",
        "initiative_word",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_table(
        "overlap_judgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("initiative_ids", jsonb, nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('none', 'acceptable', 'duplicates')", name=op.f("ck_overlap_judgement_outcome")
        ),
        sa.CheckConstraint("outcome = 'none' OR reason <> ''", name=op.f("ck_overlap_judgement_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_overlap_judgement_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["judged_by"], ["person.id"], name=op.f("fk_overlap_judgement_judged_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap_judgement")),
    )
    op.create_index("ix_overlap_judgement_application", "overlap_judgement", ["application_id", "judged_at"])
    _keep_what_is_there()


def _keep_what_is_there() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text(_ADMITTED)).mappings().all():
        title_words, text_words = stems(row["title"]), stems(row["summary"])
        connection.execute(
            sa.text(_KEEP).bindparams(
                sa.bindparam("beneficiaries", type_=sa.JSON), sa.bindparam("themes", type_=sa.JSON)
            ),
            {
                **row,
                "title_key": fold(row["title"]),
                "title_words": " ".join(title_words),
                "text_words": " ".join(text_words),
            },
        )
        connection.execute(sa.text(_WORDS), {"words": sorted({*title_words, *text_words})})


def downgrade() -> None:
    op.drop_table("overlap_judgement")
    op.drop_table("initiative_word")
    op.drop_table("initiative")
    op.drop_table("initiative_import")
