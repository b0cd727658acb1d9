"""Strengths and weaknesses of applications; the reactions of awards stand in modules by concept, and their names follow."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0080"
branch_labels = None
depends_on = None

TABLE = "reasons_version"
_BEFORE = ("drafted", "published", "opened", "checked", "assigned")
_AFTER = ("proposed", "decided", "appointed", "chairs", "records", "observes", "assesses")
MODULES = {
    "awards": (
        "check_eligibility",
        "serve_with_more",
        "write_to_served",
        "keep_among_what_is_done",
        "drop_from_what_is_done",
        "tell_of_end",
        "remind_to_accept",
        "tell_of_acceptance",
        "tell_of_lost_place",
        "tell_the_lead_of_a_reduction",
    ),
    "complaints": ("confirm_a_complaint", "answer_a_complaint"),
    "proposals": (
        "ask_to_decide_on_a_withdrawal",
        "ask_to_decide_on_an_enlargement",
        "ask_to_decide_on_an_exceptional_award",
        "tell_what_came_of_an_exceptional_award",
        "ask_to_decide_on_a_reduction",
        "tell_what_came_of_a_reduction",
        "tell_what_came_of_a_withdrawal",
        "tell_what_came_of_an_enlargement",
    ),
    "ranking": (
        "tell_authorising_officers",
        "ask_the_committee_to_sign",
        "write_to_applicants",
        "tell_who_proposed_the_ranking",
        "tell_whose_proposal_was_taken_back",
        "tell_whose_proposal_was_sent_back",
    ),
    "urgent": ("tell_of_urgent", "remind_of_urgent"),
}


def _duties(*duties: str) -> None:
    op.drop_constraint("duty", "call_duty", type_="check")
    op.create_check_constraint("duty", "call_duty", f"duty IN ({', '.join(repr(duty) for duty in duties)})")


def _rename(before: str, after: str) -> None:
    """before, after: of the module, in front of its reactions' names."""
    for module, names in MODULES.items():
        for table in ("delivery", "reaction_since"):
            statement = sa.text(
                f"UPDATE {table} SET reaction = :after || split_part(reaction, '.', -1) WHERE reaction = ANY(:names)"  # noqa: S608
            )
            old = [before.format(module=module) + name for name in names]
            op.get_bind().execute(statement, {"after": after.format(module=module), "names": old})


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("weaknesses", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f(f"ck_{TABLE}_version")),
        sa.CheckConstraint("strengths <> '' AND weaknesses <> ''", name=op.f(f"ck_{TABLE}_texts")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f(f"fk_{TABLE}_application_id_application")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f(f"fk_{TABLE}_written_by_person")),
        sa.PrimaryKeyConstraint("application_id", "version", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_written_by"), TABLE, ["written_by"])
    _duties(*_BEFORE, "reported", *_AFTER)
    _rename("awards.", "awards.reactions.{module}.")


def downgrade() -> None:
    _rename("awards.reactions.{module}.", "awards.")
    # Whoever has written reasons has a hand in the ranking that is proposed with them.
    op.execute("UPDATE call_duty SET duty = 'proposed' WHERE duty = 'reported'")
    _duties(*_BEFORE, *_AFTER)
    op.drop_table(TABLE)
