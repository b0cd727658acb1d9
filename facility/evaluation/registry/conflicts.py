"""The tab of conflicts of interests; those to decide, and assessors to replace."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, on_committee
from facility.evaluation.models.conflict import rules_on_conflicts
from facility.evaluation.queries.conflicts import to_replace_sql
from facility.evaluation.rules.committee import Function
from facility.web.access import DECIDERS, Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

tab(
    "conflicts",
    N_("Conflicts"),
    "/evaluation/{id}/conflicts",
    order=42,
    when=f"""(call.state <> 'draft' AND ({HAS_COMMITTEE_SQL} OR call.closed_at IS NOT NULL OR EXISTS (SELECT FROM application
        WHERE application.call_id = call.id AND track = 'exception' AND received_at IS NOT NULL) OR EXISTS (SELECT FROM conflict_finding
        JOIN application ON application.id = conflict_finding.application_id WHERE application.call_id = call.id)))""",  # noqa: S608 - our own text
)
waits(
    N_("Possible conflicts of interests to decide"),
    N_("Decide on possible conflicts of interests in {thing}"),
    "/evaluation",
    *DECIDERS,
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/conflicts' AS href,
        call.reference AS call, min(conflict_finding.found_at) AS since, NULL AS until
    FROM conflict_finding JOIN application ON application.id = conflict_finding.application_id
    JOIN call ON call.id = application.call_id
    WHERE conflict_finding.conflict IS NULL AND call.state = 'closed' AND NOT {shut_out(person=":person_id")}
        AND {rules_on_conflicts("conflict_finding.person_id")}
    GROUP BY call.id""",  # noqa: S608 - our own text
)
waits(
    N_("Assessors with a conflict of interests to replace"),
    N_("Assign somebody else to assess {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT thing, CASE mode WHEN 'urgent' THEN '/urgent/' ELSE '/evaluation/' END || call_id AS href, call, since, NULL AS until
        FROM ({to_replace_sql(f"NOT {ASSESSES}")}) AS to_replace""",  # noqa: S608 - our own text
)
waits(
    N_("Assessors with a conflict of interests whom the secretariat replaces"),
    N_("The secretariat assigns somebody else to assess {thing}"),
    "/evaluation",
    *DECIDERS,
    Role.ASSESSOR,
    rows=f"""SELECT thing, '/evaluation/' || call_id || '/conflicts' AS href, call, since, NULL AS until
        FROM ({to_replace_sql(on_committee(Function.CHAIR))}) AS to_replace""",  # noqa: S608 - our own text
    others=True,
)
