"""The evaluation report: its tab, and who has to sign it."""

from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, on_committee
from facility.evaluation.rules.committee import Function
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

_IS_PROPOSED = "EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id)"
tab(
    "report",
    N_("Report"),
    "/evaluation/{id}/report",
    order=55,
    when=f"({HAS_COMMITTEE_SQL} AND {_IS_PROPOSED})",
)
waits(
    N_("Evaluation reports to sign"),
    N_("Sign the evaluation report of {thing}"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/report' AS href,
        call.reference AS call, award_decision.proposed_at AS since, NULL AS until
    FROM award_decision JOIN call ON call.id = award_decision.call_id
    WHERE award_decision.decided_at IS NULL AND call.state = 'closed' AND {HAS_COMMITTEE_SQL} AND {on_committee(Function.VOTING)}
        AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
            AND report_signature.person_id = :person_id AND report_signature.at >= award_decision.proposed_at)""",  # noqa: S608
)
