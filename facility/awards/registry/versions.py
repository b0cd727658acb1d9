"""Later versions of a ranking: their tab, and who has to sign, propose and decide them."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.complaint import DECISION_SUSPENDED_SQL
from facility.awards.models.version import RANKED_AGAIN_SQL, VERSION_OPEN_SQL
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, OF_COMMITTEE, on_committee
from facility.evaluation.models.outcome import SETTLED_SQL
from facility.evaluation.rules.committee import Function
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

tab("again", N_("New version"), "/evaluation/{id}/again", order=52, when=RANKED_AGAIN_SQL)
_OPEN = f"""FROM ranking_version JOIN call ON call.id = ranking_version.call_id
    WHERE {VERSION_OPEN_SQL} AND NOT {ASSESSES}
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})"""
_SHOWN = """call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/again' AS href, call.reference AS call"""
_STILL = """EXISTS (SELECT FROM ranking_cause JOIN application ON application.id = ranking_cause.application_id
    WHERE ranking_cause.version_id = ranking_version.id AND application.status = 'admissible'{more})"""
_LACKING = _STILL.format(more=f" AND NOT {SETTLED_SQL}")
_UNSIGNED = f"""({HAS_COMMITTEE_SQL} AND EXISTS (SELECT FROM committee_member WHERE committee_member.call_id = {OF_COMMITTEE}
    AND committee_member.function = 'voting' AND committee_member.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
        AND report_signature.person_id = committee_member.person_id AND report_signature.at >= proposed_at)))"""  # noqa: S608
waits(
    N_("New versions of rankings to propose"),
    N_("Propose the new version of the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"SELECT {_SHOWN}, begun_at AS since, NULL AS until {_OPEN} AND proposed_at IS NULL AND NOT {_LACKING}",
)
waits(
    N_("New versions of rankings to decide"),
    N_("Decide the new version of the ranking of {thing}"),
    "/evaluation",
    Role.AUTHORISING,
    rows=f"""SELECT {_SHOWN}, proposed_at AS since, NULL AS until {_OPEN}
        AND proposed_by <> :person_id AND NOT {DECISION_SUSPENDED_SQL} AND NOT {_UNSIGNED}""",
)
waits(
    N_("Evaluation reports of new versions to sign"),
    N_("Sign the evaluation report of {thing}"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/report' AS href,
        call.reference AS call, proposed_at AS since, NULL AS until
    FROM ranking_version JOIN call ON call.id = ranking_version.call_id
    WHERE {VERSION_OPEN_SQL} AND proposed_at IS NOT NULL AND {HAS_COMMITTEE_SQL} AND {on_committee(Function.VOTING)}
        AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
            AND report_signature.person_id = :person_id AND report_signature.at >= proposed_at)""",  # noqa: S608
)
