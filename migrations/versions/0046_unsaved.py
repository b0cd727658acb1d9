"""Unsaved text of all rooms in one table; and one kind of token for what it rests on, the version of its section."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# The budget and the consultation have a version of their own from now on. What rests on an application's version rests on this.
_BUDGETS = (
    "UPDATE budget SET version = application.version FROM application WHERE application.id = application_id"
)
_CONSULTATIONS = """
    INSERT INTO section_change (id, application_id, party_id, section, version, application_version, saved_by, saved_at, before, after)
    SELECT gen_random_uuid(), application.id, party.id, 'consultation', 1, application.version, consulted_by, consulted_at,
        '{"consultation": ""}', jsonb_build_object('consultation', consultation)
    FROM application JOIN party ON party.application_id = application.id AND party.is_lead
    WHERE consultation IS NOT NULL AND consulted_at IS NOT NULL
"""
_MOVE = (
    """
    INSERT INTO unsaved (subject_id, section, holder_id, person_id, typed, based_on, started_at, saved_at)
    SELECT party_id, section, person_id, person_id, typed, based_on, started_at, saved_at FROM working_copy
    """,
    """
    INSERT INTO unsaved (subject_id, section, holder_id, person_id, typed, based_on, started_at, saved_at)
    SELECT party_id, section, sitting, NULL, typed, 0, started_at, saved_at FROM working_copy_by_link
    """,
    """
    UPDATE unsaved SET based_on = 0 FROM party JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    WHERE party.id = subject_id AND NOT EXISTS (SELECT FROM budget WHERE budget.application_id = application.id)
        AND section IN (SELECT part ->> 'key' FROM jsonb_array_elements(call.form -> 'sections') AS part
            WHERE part ->> 'kind' = 'budget')
    """,
)
# What was typed in a party's own part rested on the seal of what was shown: on the version that stands, where that is still so.
_SEALED = sa.text(
    """
    SELECT copy.*, section_answers.answers::text AS answers, party.role, application.consultation,
        (SELECT part ->> 'fields' FROM jsonb_array_elements(call.form -> 'sections') AS part
         WHERE part ->> 'key' = copy.section) AS fields,
        coalesce(CASE WHEN copy.section IN ('own-role', 'consultation') THEN (SELECT max(section_change.version) FROM section_change
            JOIN party AS lead ON lead.id = section_change.party_id AND lead.is_lead
            WHERE section_change.application_id = application.id
                AND section_change.section = CASE copy.section WHEN 'own-role' THEN 'party-' || party.id ELSE copy.section END)
            ELSE section_answers.version END, 0) AS version
    FROM (SELECT party_id, section, person_id AS holder_id, seal FROM working_copy WHERE seal IS NOT NULL
        UNION ALL SELECT party_id, section, sitting, seal FROM working_copy_by_link) AS copy
    JOIN party ON party.id = copy.party_id JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    LEFT JOIN section_answers ON section_answers.party_id = copy.party_id AND section_answers.section = copy.section
    """
)
_RESTS_ON = sa.text(
    """
    UPDATE unsaved SET based_on = :based_on
    WHERE subject_id = :party_id AND section = :section AND holder_id = :holder_id
    """
)


def _seals(row: Any) -> set[str]:
    """The seals of what stands: as the party itself read it, and without what is confidential."""
    if row.section in ("own-role", "consultation"):
        key, answer = ("role", row.role) if row.section == "own-role" else ("consultation", row.consultation)
        return {_seal({key: answer or ""})}
    fields, answers = json.loads(row.fields or "[]"), json.loads(row.answers or "{}")
    return {
        _seal({field["key"]: answers.get(field["key"], "") for field in readable})
        for readable in (fields, [field for field in fields if not field.get("confidential")])
    }


def _seal(shown: dict[str, Any]) -> str:
    plain = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def upgrade() -> None:
    op.add_column("budget", sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("budget", "version", server_default=None)
    op.create_table(
        "unsaved",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("typed", JSONB(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id = holder_id", name=op.f("ck_unsaved_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unsaved_person_id_person")),
        sa.PrimaryKeyConstraint("subject_id", "section", "holder_id", name=op.f("pk_unsaved")),
    )
    op.create_index(op.f("ix_unsaved_person_id"), "unsaved", ["person_id"])
    for statement in (_BUDGETS, _CONSULTATIONS, *_MOVE):
        op.execute(statement)
    connection = op.get_bind()
    for row in connection.execute(_SEALED).all():
        stands = not row.seal or row.seal in _seals(row)  # empty: as `downgrade` left it
        place = {name: getattr(row, name) for name in ("party_id", "section", "holder_id")}
        connection.execute(
            _RESTS_ON, {**place, "based_on": row.version if stands else max(row.version - 1, 0)}
        )
    op.drop_table("working_copy_by_link")
    op.drop_table("working_copy")


# A party's own part and the consultation rest on a seal again: on none, which is what stands, or on one that nothing has.
_OWN = "(unsaved.section IN ('own-role', 'consultation') OR part.by = 'party')"
_VERSION = """coalesce(CASE WHEN unsaved.section IN ('own-role', 'consultation') THEN (SELECT max(section_change.version) FROM section_change
    WHERE section_change.application_id = party.application_id
        AND section_change.section = CASE unsaved.section WHEN 'own-role' THEN 'party-' || party.id ELSE unsaved.section END)
    ELSE (SELECT section_answers.version FROM section_answers
        WHERE section_answers.party_id = party.id AND section_answers.section = unsaved.section) END, 0)"""
_PARTS = """unsaved JOIN party ON party.id = subject_id JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    LEFT JOIN LATERAL (SELECT part ->> 'by' AS by, part ->> 'kind' AS kind FROM jsonb_array_elements(call.form -> 'sections') AS part
        WHERE part ->> 'key' = unsaved.section) AS part ON true"""
_BACK = (
    f"""
    INSERT INTO working_copy (application_id, party_id, section, person_id, typed, based_on, seal, started_at, saved_at)
    SELECT application.id, party.id, unsaved.section, person_id, typed,
        CASE WHEN part.kind IS DISTINCT FROM 'budget' THEN based_on
            WHEN based_on = coalesce((SELECT version FROM budget WHERE application_id = application.id), 0) THEN application.version
            ELSE 0 END,
        CASE WHEN {_OWN} AND based_on < {_VERSION} THEN 'older' END, unsaved.started_at, unsaved.saved_at
    FROM {_PARTS} WHERE person_id IS NOT NULL
    """,  # noqa: S608 - our own text
    f"""
    INSERT INTO working_copy_by_link (party_id, section, sitting, typed, seal, started_at, saved_at)
    SELECT party.id, unsaved.section, holder_id, typed, CASE WHEN based_on < {_VERSION} THEN 'older' ELSE '' END,
        unsaved.started_at, unsaved.saved_at
    FROM {_PARTS} WHERE person_id IS NULL
    """,  # noqa: S608 - our own text
    "DELETE FROM section_change WHERE section = 'consultation'",
)


def downgrade() -> None:
    op.create_table(
        "working_copy",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("typed", JSONB(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_working_copy_{table}_id_{table}")
            )
            for table in ("application", "party", "person")
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "party_id", "section", "person_id", name=op.f("pk_working_copy")
        ),
    )
    op.create_index("ix_working_copy_party_id", "working_copy", ["party_id"])
    op.create_index("ix_working_copy_person_id", "working_copy", ["person_id"])
    op.create_table(
        "working_copy_by_link",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("sitting", sa.Uuid(), nullable=False),
        sa.Column("typed", JSONB(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_working_copy_by_link_party_id_party")
        ),
        sa.PrimaryKeyConstraint("party_id", "section", "sitting", name=op.f("pk_working_copy_by_link")),
    )
    for statement in _BACK:
        op.execute(statement)
    op.drop_table("unsaved")
    op.drop_column("budget", "version")
