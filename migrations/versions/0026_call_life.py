"""Versions, cancellations, questions and the archive of calls; what was published becomes version 1."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _columns()
    op.create_table(
        "call_version",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_call_version_number")),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_call_version_reason")),
        sa.CheckConstraint("number > 1 OR published_at IS NOT NULL", name=op.f("ck_call_version_first")),
        sa.CheckConstraint(
            "(published_by IS NULL) = (published_at IS NULL)", name=op.f("ck_call_version_published")
        ),
        sa.CheckConstraint("published_by <> drafted_by", name=op.f("ck_call_version_four_eyes")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_version_call_id_call")),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["person.id"], name=op.f("fk_call_version_drafted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["person.id"], name=op.f("fk_call_version_published_by_person")
        ),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_call_version")),
    )
    _first_versions()
    _cancellations()
    _questions()


def _columns() -> None:
    op.add_column("call", sa.Column("questions_until", INSTANT, nullable=True))
    op.add_column("call", sa.Column("answers_until", INSTANT, nullable=True))
    op.add_column("call", sa.Column("only_themes", JSONB, nullable=False, server_default="[]"))
    op.add_column("call", sa.Column("taxonomy", JSONB, nullable=False, server_default="[]"))
    op.add_column("call", sa.Column("current_version", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("call", sa.Column("cloned_from", sa.Uuid(), nullable=True))
    op.add_column("call", sa.Column("evaluating_since", INSTANT, nullable=True))
    op.add_column("call", sa.Column("cancelled_at", INSTANT, nullable=True))
    op.add_column("call", sa.Column("archived_at", INSTANT, nullable=True))
    op.add_column("call", sa.Column("archived_by", sa.Uuid(), nullable=True))
    for name in ("only_themes", "taxonomy", "current_version"):
        op.alter_column("call", name, server_default=None)
    op.execute(
        """
        UPDATE call SET current_version = 1,
            taxonomy = coalesce((SELECT jsonb_agg(jsonb_build_array(code, name) ORDER BY code) FROM theme WHERE active), '[]'),
            evaluating_since = (SELECT min(at) FROM assignment JOIN application ON application.id = application_id
                WHERE application.call_id = call.id)
        WHERE state <> 'draft'
        """
    )
    op.create_foreign_key(op.f("fk_call_cloned_from_call"), "call", "call", ["cloned_from"], ["id"])
    op.create_foreign_key(op.f("fk_call_archived_by_person"), "call", "person", ["archived_by"], ["id"])
    op.drop_constraint(op.f("ck_call_state"), "call")
    for name, rule in (
        ("state", "state IN ('draft', 'published', 'closed', 'decided', 'cancelled')"),
        ("current_version", "(state = 'draft') = (current_version = 0)"),
        ("cancelled", "(state = 'cancelled') = (cancelled_at IS NOT NULL)"),
        ("archived", "archived_at IS NULL OR state IN ('decided', 'cancelled')"),
        ("question_dates", "(questions_until IS NULL) = (answers_until IS NULL)"),
        ("answers", "answers_until >= questions_until AND answers_until <= closes_at"),
    ):
        op.create_check_constraint(op.f(f"ck_call_{name}"), "call", rule)


def _first_versions() -> None:
    def instant(name: str) -> str:
        return f"""'{name}', to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

    texts = ("envelope_id", "amount", "award_min", "award_max")
    plain = (
        *("reference", "title", "text", "min_beneficiaries", "extended_to", "extension_decision"),
        *(
            "skip_unaffordable",
            "mode",
            "cut_offs",
            "decide_within_hours",
            "grid",
            "cool_down",
            "form",
            "only_themes",
        ),
    )
    pairs = [
        *(instant(name) for name in ("opens_at", "closes_at")),
        *(f"'{name}', {name}::text" for name in texts),
        *(f"'{name}', {name}" for name in plain),
    ]
    op.execute(
        f"""
        INSERT INTO call_version (call_id, number, content, reason, drafted_by, drafted_at, published_by, published_at)
        SELECT id, 1, jsonb_build_object({", ".join(pairs)}), '', drafted_by, drafted_at, published_by, published_at
        FROM call WHERE state <> 'draft' AND series_id IS NULL
        """  # noqa: S608
    )


def _cancellations() -> None:
    op.create_table(
        "call_cancellation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("dropped_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_call_cancellation_reason")),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_call_cancellation_four_eyes")),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_call_cancellation_confirmed")
        ),
        sa.CheckConstraint(
            "(dropped_by IS NULL) = (dropped_at IS NULL)", name=op.f("ck_call_cancellation_dropped")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR dropped_at IS NULL", name=op.f("ck_call_cancellation_one_end")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_cancellation_call_id_call")),
        *[
            sa.ForeignKeyConstraint(
                [column], ["person.id"], name=op.f(f"fk_call_cancellation_{column}_person")
            )
            for column in ("asked_by", "confirmed_by", "dropped_by")
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_cancellation")),
    )
    op.create_index(
        "uq_call_cancellation_call",
        "call_cancellation",
        ["call_id"],
        unique=True,
        postgresql_where=sa.text("dropped_at IS NULL"),
    )


def _questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", INSTANT, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_at", INSTANT, nullable=True),
        sa.Column("set_aside_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("asked_by IS NOT NULL OR contact_email <> ''", name=op.f("ck_question_asker")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_question_version")),
        sa.CheckConstraint("set_aside_at IS NULL OR version = 0", name=op.f("ck_question_one_end")),
        sa.CheckConstraint(
            "set_aside_at IS NULL OR set_aside_reason <> ''", name=op.f("ck_question_set_aside")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_question_call_id_call")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_institution_id_institution")
        ),
        *[
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_question_{column}_person"))
            for column in ("asked_by", "drafted_by", "set_aside_by")
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_question_call_id_number")),
    )
    op.create_index(
        "ix_question_waiting",
        "question",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("version = 0 AND set_aside_at IS NULL"),
    )
    op.create_table(
        "answer",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_answer_version")),
        sa.CheckConstraint("question <> '' AND answer <> ''", name=op.f("ck_answer_texts")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_answer_published_by_person")),
        sa.PrimaryKeyConstraint("question_id", "version", name=op.f("pk_answer")),
    )


def downgrade() -> None:
    op.drop_table("answer")
    op.drop_index(
        "ix_question_waiting",
        table_name="question",
        postgresql_where=sa.text("version = 0 AND set_aside_at IS NULL"),
    )
    op.drop_table("question")
    op.drop_index(
        "uq_call_cancellation_call",
        table_name="call_cancellation",
        postgresql_where=sa.text("dropped_at IS NULL"),
    )
    op.drop_table("call_cancellation")
    op.drop_table("call_version")
    # The release before knows no cancelled calls: to it they are closed, without awards.
    op.execute("UPDATE call SET closed_at = coalesce(closed_at, cancelled_at) WHERE state = 'cancelled'")
    for name in ("answers", "question_dates", "archived", "cancelled", "current_version", "state"):
        op.drop_constraint(op.f(f"ck_call_{name}"), "call")
    op.execute("UPDATE call SET state = 'closed' WHERE state = 'cancelled'")
    op.create_check_constraint(
        op.f("ck_call_state"), "call", "state IN ('draft', 'published', 'closed', 'decided')"
    )
    op.drop_constraint(op.f("fk_call_archived_by_person"), "call")
    op.drop_constraint(op.f("fk_call_cloned_from_call"), "call")
    for name in (
        *("archived_by", "archived_at", "cancelled_at", "evaluating_since", "cloned_from", "current_version"),
        *("taxonomy", "only_themes", "answers_until", "questions_until"),
    ):
        op.drop_column("call", name)
