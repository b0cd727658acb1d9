"""Languages by skill, the branch of an expert from a list, and requests that ask for a skill or a branch."""

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

SKILLS = "'listening', 'reading', 'interaction', 'production', 'writing'"
LEVELS = "'A1', 'A2', 'B1', 'B2', 'C1', 'C2'"
LABELS = {
    "police": "police",
    "prosecution": "prosecution",
    "judiciary": "judiciary",
    "border_guard": "border guard",
    "customs": "customs",
    "financial_intelligence": "financial intelligence",
    "prisons": "prisons and probation",
    "analysis": "analysis",
    "psychology": "psychology",
    "research": "research",
}
"""The keys of the list, and what the form suggested for each until now."""
ALSO = {
    "prosecutor": "prosecution",
    "judge": "judiciary",
    "border police": "border_guard",
    "prisons": "prisons",
    "analyst": "analysis",
    "psychologist": "psychology",
    "researcher": "research",
}
ASKED_FOR = ", ".join(f"'{key}'" for key in LABELS)
EXTENDED_BY = "ck_list_extension_condition"


def _typed(text: str) -> str:
    return f"btrim(regexp_replace(coalesce({text}, ''), '\\s+', ' ', 'g'))"


def _key_of(text: str) -> str:
    named = {label: key for key, label in LABELS.items()} | ALSO
    cases = " ".join(f"WHEN '{label}' THEN '{key}'" for label, key in named.items())
    return f"CASE lower({_typed(text)}) WHEN '' THEN NULL {cases} ELSE 'other' END"


def _other_of(text: str) -> str:
    return f"CASE WHEN {_key_of(text)} = 'other' THEN {_typed(text)} ELSE '' END"


def _text_of(key: str, other: str) -> str:
    cases = " ".join(f"WHEN '{branch}' THEN '{label}'" for branch, label in LABELS.items())
    return f"coalesce(CASE {key} WHEN 'other' THEN {other} {cases} END, '')"


def upgrade() -> None:
    op.create_table(
        "expert_language_skill",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.CheckConstraint(f"skill IN ({SKILLS})", name=op.f("ck_expert_language_skill_skill")),
        sa.CheckConstraint(f"level IN ({LEVELS})", name=op.f("ck_expert_language_skill_level")),
        sa.ForeignKeyConstraint(
            ["expert_id", "language"],
            ["expert_language.expert_id", "expert_language.language"],
            name=op.f("fk_expert_language_skill_expert_id_language_expert_language"),
        ),
        sa.PrimaryKeyConstraint("expert_id", "language", "skill", name=op.f("pk_expert_language_skill")),
    )
    op.add_column("expert", sa.Column("branch_other", sa.Text(), server_default="", nullable=False))
    op.alter_column("expert", "branch", nullable=True)
    op.execute(f"UPDATE expert SET branch_other = {_other_of('branch')}, branch = {_key_of('branch')}")  # noqa: S608
    op.create_check_constraint(op.f("ck_expert_branch"), "expert", f"branch IN ({ASKED_FOR}, 'other')")
    op.create_check_constraint(
        op.f("ck_expert_branch_other"), "expert", "branch_other = '' OR branch = 'other'"
    )
    text = "(profile ->> 'branch')"
    op.execute(
        f"""UPDATE candidacy SET profile = profile || jsonb_build_object('branch', {_key_of(text)}, 'branch_other', {_other_of(text)})
        WHERE profile ? 'branch'"""  # noqa: S608 - our own text
    )
    op.add_column("deployment", sa.Column("language_skill", sa.Text(), nullable=True))
    op.add_column("deployment", sa.Column("bcms", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("deployment", sa.Column("branch", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_deployment_language_skill"), "deployment", f"language_skill IN ({SKILLS})"
    )
    op.create_check_constraint(op.f("ck_deployment_branch"), "deployment", f"branch IN ({ASKED_FOR})")
    op.drop_constraint(op.f(EXTENDED_BY), "list_extension")
    op.create_check_constraint(
        op.f(EXTENDED_BY), "list_extension", "condition IN ('none', 'language', 'theme', 'branch')"
    )


def downgrade() -> None:
    op.execute("UPDATE list_extension SET condition = 'none' WHERE condition = 'branch'")
    op.drop_constraint(op.f(EXTENDED_BY), "list_extension")
    op.create_check_constraint(
        op.f(EXTENDED_BY), "list_extension", "condition IN ('none', 'language', 'theme')"
    )
    for name in ("branch", "bcms", "language_skill"):
        op.drop_column("deployment", name)
    key, other = "(profile ->> 'branch')", "(profile ->> 'branch_other')"
    op.execute(
        f"""UPDATE candidacy SET profile = profile - 'branch_other' - 'skills' || jsonb_build_object('branch', {_text_of(key, other)})
        WHERE profile ? 'branch'"""  # noqa: S608 - our own text
    )
    op.drop_constraint(op.f("ck_expert_branch_other"), "expert")
    op.drop_constraint(op.f("ck_expert_branch"), "expert")
    op.execute(f"UPDATE expert SET branch = {_text_of('branch', 'branch_other')}")  # noqa: S608
    op.alter_column("expert", "branch", nullable=False)
    op.drop_column("expert", "branch_other")
    op.drop_table("expert_language_skill")
