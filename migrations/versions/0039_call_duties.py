"""Who runs a call does not assess in it: what somebody did first in each call.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ACTS = {
    "CallDrafted": "drafted",
    "CallDraftChanged": "drafted",
    "CorrigendumDrafted": "drafted",
    "CallPublished": "published",
    "CallCorrected": "published",
    "OpeningStarted": "opened",
    "CallOpened": "opened",
    "AdmissibilityChecked": "checked",
    "ApplicationSetAside": "checked",
    "ApplicationBroughtBack": "checked",
    "AssessorAssigned": "assigned",
    "AwardsProposed": "proposed",
    "ProposalTakenBack": "proposed",
    "AwardsDecided": "decided",
    "CoolDownSetAside": "decided",
}


def upgrade() -> None:
    op.create_table(
        "call_duty",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "duty IN ('drafted', 'published', 'opened', 'checked', 'assigned', 'proposed', 'decided', 'assesses')",
            name=op.f("ck_call_duty_duty"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_duty_call_id_call")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_duty_person_id_person")),
        sa.PrimaryKeyConstraint("call_id", "person_id", name=op.f("pk_call_duty")),
    )
    op.create_index(op.f("ix_call_duty_person_id"), "call_duty", ["person_id"])
    # Who has run a call so far assesses in it no more, also where an application was given to them.
    acts = ", ".join(f"('{kind}', '{duty}')" for kind, duty in _ACTS.items())
    op.execute(
        f"""
        INSERT INTO call_duty (call_id, person_id, duty, since)
        SELECT DISTINCT ON (of_call, event.actor_id) coalesce(call.series_id, call.id) AS of_call, event.actor_id, duty,
            event.recorded_at
        FROM event JOIN (VALUES {acts}) AS act (kind, duty) ON act.kind = event.kind
        LEFT JOIN application ON application.id = event.subject_id
        JOIN call ON call.id = coalesce(application.call_id, event.subject_id)
        JOIN person ON person.id = event.actor_id
        ORDER BY of_call, event.actor_id, event.seq
        """  # noqa: S608 - our own words
    )
    op.execute(
        """
        INSERT INTO call_duty (call_id, person_id, duty, since)
        SELECT coalesce(call.series_id, call.id), assignment.assessor_id, 'assesses', min(assignment.at)
        FROM assignment JOIN application ON application.id = assignment.application_id
        JOIN call ON call.id = application.call_id
        GROUP BY 1, 2 ON CONFLICT DO NOTHING
        """
    )


def downgrade() -> None:
    op.drop_table("call_duty")
