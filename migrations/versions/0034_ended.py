"""What was open about an application that has ended is ended: assignments, partners' links, requests for a change."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

GONE = "admission.reactions.consultations.call_consultations_off"
ENDED = """application.id IN (SELECT application.id FROM application JOIN call ON call.id = call_id
    WHERE call.state = 'cancelled' OR application.status IN ('inadmissible', 'below_threshold', 'cooled_down', 'closed',
            'withdrawn', 'ineligible', 'exception_refused')
        OR (application.status = 'not_assessed' AND call.state = 'decided')
        OR (application.status = 'draft' AND track = 'joint' AND call.state IN ('closed', 'decided')))"""
# Nobody is told: this lies in the past. Clarifications and consultations are the scheduler's, since the log tells of them.
STATEMENTS = (
    f"""
    UPDATE assignment SET ended_at = now() FROM application
    WHERE application.id = assignment.application_id AND {ENDED}
        AND (application.status = 'withdrawn' OR NOT (EXISTS (
            SELECT FROM assessment WHERE assessment.application_id = assignment.application_id
                AND assessment.assessor_id = assignment.assessor_id AND assessment.sent_at IS NOT NULL)
            OR EXISTS (
            SELECT FROM conflict_declaration AS declared WHERE declared.application_id = assignment.application_id
                AND declared.assessor_id = assignment.assessor_id AND declared.conflict)))
    """,  # noqa: S608 - our own text
    f"""
    UPDATE link SET revoked_at = now() FROM party JOIN application ON application.id = party.application_id
    WHERE party.id = link.subject_id AND link.purpose = 'partner' AND used_at IS NULL AND revoked_at IS NULL AND {ENDED}
    """,  # noqa: S608 - our own text
    f"""
    UPDATE change_request SET outcome = 'dropped', answered_at = now() FROM application
    WHERE application.id = change_request.application_id AND outcome IS NULL AND {ENDED}
    """,  # noqa: S608 - our own text
)


def upgrade() -> None:
    op.add_column("assignment", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_link_live",
        "link",
        ["purpose", "subject_id"],
        postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
    )
    for statement in STATEMENTS:
        op.execute(statement)
    # The command itself calls consultations off now; what its reaction had still to do, the scheduler does.
    done = sa.text(
        "UPDATE delivery SET state = 'done', done_at = now() WHERE reaction = :gone AND state <> 'done'"
    )
    op.get_bind().execute(done, {"gone": GONE})


def downgrade() -> None:
    op.drop_index("ix_link_live", "link")
    op.drop_column("assignment", "ended_at")
