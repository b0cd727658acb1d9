"""What a call asks for becomes data of the call, and the texts of an application answers to it."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# What calls asked for before this: three texts, themes, and an amount for each party.
FORM = {
    "sections": [
        {
            "key": "ask",
            "title": "What you ask for, and why",
            "fields": [
                {
                    "key": "title",
                    "label": "Title",
                    "type": "short_text",
                    "hint": "What it is about, in a line. No names of operations, cases or persons.",
                    "checks": [{"kind": "required"}],
                },
                {
                    "key": "summary",
                    "label": "Summary",
                    "type": "long_text",
                    "hint": "What you ask for, why, and what will be different afterwards.",
                    "checks": [{"kind": "required"}, {"kind": "length", "least": 0, "most": 3000}],
                },
                {
                    "key": "plan",
                    "label": "What will be done",
                    "type": "long_text",
                    "hint": "Workshops, seminars, study trips, internships, experts: what, for whom, when and where, and what each is for.",
                    "checks": [{"kind": "required"}, {"kind": "length", "least": 0, "most": 12000}],
                },
            ],
        },
        {
            "key": "themes",
            "title": "Themes",
            "fields": [
                {
                    "key": "themes",
                    "label": "What it is about",
                    "type": "themes",
                    "hint": "Choose all that apply. Experts are looked for by them.",
                    "checks": [{"kind": "required"}, {"kind": "at_least", "count": 1}],
                }
            ],
        },
        {
            "key": "casework",
            "title": "Where it comes from in casework",
            "hint": "Say which kind of problem in your daily work this answers. No case numbers, no names, nothing about persons or running investigations, nothing classified. Only the institutions in this application, the secretariat, and the assessors of this application read this part.",
            "fields": [
                {
                    "key": "casework_origin",
                    "label": "Where it comes from in casework",
                    "type": "long_text",
                    "hint": "For example: requests through SIENA that stayed unanswered, joint investigations that failed for lack of a procedure.",
                    "checks": [{"kind": "required"}, {"kind": "length", "least": 0, "most": 5000}],
                    "restricted": True,
                }
            ],
        },
        {"key": "partners", "title": "Partners, amounts and confirmations", "kind": "partners"},
        {"key": "documents", "title": "Documents", "kind": "documents"},
    ]
}

SECTION_OF = {"summary": "ask", "plan": "ask", "casework_origin": "casework"}


def upgrade() -> None:
    op.add_column("call", sa.Column("form", postgresql.JSONB(), nullable=True))
    plain = sa.text("UPDATE call SET form = CAST(:form AS jsonb)")
    op.execute(plain.bindparams(form=json.dumps(FORM)))
    op.alter_column("call", "form", nullable=False)
    op.create_table(
        "section_answers",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_section_answers_application_id_application"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_section_answers_party_id_party"),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_section_answers_saved_by_person"),
        sa.PrimaryKeyConstraint("application_id", "party_id", "section", name="pk_section_answers"),
    )
    op.create_index("ix_section_answers_party_id", "section_answers", ["party_id"])
    op.execute(
        """
        INSERT INTO section_answers (application_id, party_id, section, answers, version, saved_by, saved_at)
        SELECT application.id, party.id, section, answers, 1, started_by, saved_at
        FROM application JOIN party ON party.application_id = application.id AND is_lead
        CROSS JOIN LATERAL (VALUES
            ('ask', jsonb_build_object('summary', summary, 'plan', plan)),
            ('casework', jsonb_build_object('casework_origin', casework_origin))) AS kept (section, answers)
        """
    )
    for column in SECTION_OF:
        op.drop_column("application", column)


def downgrade() -> None:
    for column in SECTION_OF:
        op.add_column("application", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    for column, section in SECTION_OF.items():
        move = sa.text(
            f"""
            UPDATE application SET {column} = coalesce(answers ->> '{column}', '')
            FROM section_answers JOIN party ON party.id = party_id AND is_lead
            WHERE section_answers.application_id = application.id AND section = '{section}'
            """  # noqa: S608 - names of our own
        )
        op.execute(move)
        op.alter_column("application", column, server_default=None)
    op.drop_index("ix_section_answers_party_id", "section_answers")
    op.drop_table("section_answers")
    op.drop_column("call", "form")
