"""Who may: relations between a visitor and an activity."""

from facility.applications.access import LEAD as APPLICATION_LEAD
from facility.applications.models.parties import TAKES_PART_SQL
from facility.evaluation.access import recusal
from facility.web.access import INTERNAL, STAFF, Role, allow, relation, shuts_out

_EXISTS = "EXISTS (SELECT FROM activity WHERE id = :activity_id)"
LEAD = relation(
    "activity.lead",
    sql="""EXISTS (
        SELECT FROM activity JOIN application ON application.id = activity.application_id
        WHERE activity.id = :activity_id AND application.lead_institution_id = :institution_id)""",
    exists=_EXISTS,
)
PARTY = relation(
    "activity.party",
    sql=f"""EXISTS (
        SELECT FROM activity JOIN party ON party.application_id = activity.application_id
        WHERE activity.id = :activity_id AND party.institution_id = :institution_id AND {TAKES_PART_SQL})""",
    exists=_EXISTS,
)

shuts_out(
    recusal("activity.recused", "SELECT application_id FROM activity WHERE id = :activity_id"),
    where="activity_id",
)

# What others plan is nobody's business: to them an activity does not exist.
PLANS = {"allow": allow(Role.OFFICER.when(APPLICATION_LEAD), hidden=True)}
BY_LEAD = {"allow": allow(Role.OFFICER.when(LEAD), hidden=True)}
REPORTS = {"allow": allow(Role.OFFICER.when(LEAD), Role.SECRETARIAT, hidden=True)}
READS = {"allow": allow(Role.OFFICER.when(PARTY), *STAFF, hidden=True)}
LISTS = {"allow": allow(Role.OFFICER, *STAFF)}
VERIFIES = {"allow": allow(Role.SECRETARIAT)}

SEES_HISTORY = (Role.OFFICER, *INTERNAL)
PERSONAL = frozenset({"attendance_list", "photos"})
"""Evidence that shows who was there: names and faces stay with the parties, the secretariat and the auditor."""
SEES_PERSONAL = (Role.OFFICER, Role.SECRETARIAT, Role.AUDITOR)
