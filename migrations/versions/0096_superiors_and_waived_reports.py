"""The secretariat confirms superiors; mails count the changes of a calendar entry; a late mission report can be waived; a nomination of somebody in the pool ends."""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

CANDIDACY = "'naming', 'invited', 'waiting', 'validated', 'refused'"
REPORT = "'open', 'late', 'sent'"


def _hold(table: str, **conditions: str) -> None:
    for name, condition in conditions.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    op.add_column("expert", sa.Column("superior_checked", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "invitation", sa.Column("calendar_sequence", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("mission_report", sa.Column("waived_reason", sa.Text(), server_default="", nullable=False))
    _hold("mission_report", state=f"state IN ({REPORT}, 'waived')")
    op.create_check_constraint(
        op.f("ck_mission_report_waived"), "mission_report", "(state = 'waived') = (waived_reason <> '')"
    )
    _hold(
        "candidacy",
        state=f"state IN ({CANDIDACY}, 'member')",
        validated="(state IN ('validated', 'member')) = (expert_id IS NOT NULL)",
    )
    # Nominations that nobody could answer: who was nominated was in the pool before.
    op.execute(
        """
        UPDATE candidacy SET state = 'member', expert_id = expert.id FROM expert
        WHERE candidacy.state = 'invited' AND authority <> '' AND expert.email = candidacy.email
            AND expert.registered_at < candidacy.created_at
            AND NOT EXISTS (SELECT FROM link WHERE purpose = 'candidacy' AND subject_id = candidacy.id)
        """
    )


def downgrade() -> None:
    op.execute("UPDATE candidacy SET state = 'invited', expert_id = NULL WHERE state = 'member'")
    _hold(
        "candidacy",
        state=f"state IN ({CANDIDACY})",
        validated="(state = 'validated') = (expert_id IS NOT NULL)",
    )
    op.execute("UPDATE mission_report SET state = 'late' WHERE state = 'waived'")
    op.drop_column("mission_report", "waived_reason")
    _hold("mission_report", state=f"state IN ({REPORT})")
    op.drop_column("invitation", "calendar_sequence")
    op.drop_column("expert", "superior_checked")
