"""What the Regulation asks of a call by when, and grant agreements to sign."""

from facility.admission.service.letters import INADMISSIBLE
from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL, TO_ACCEPT_SQL
from facility.awards.models.complaint import SIGNING_SUSPENDED_SQL
from facility.awards.rules.agreement_deadlines import inform_others_by
from facility.awards.service.letters import AWARD, NOT_FUNDED, RESERVE
from facility.calls.models.standing import HEAR_BY_SQL
from facility.web.access import DECIDERS
from facility.web.deadlines import deadline
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.zone import day_sql, last_second_sql

waits(
    N_("Awards whose agreement is to be signed"),
    N_("Sign the agreement on {thing}, and enter the day"),
    "/awards",
    *DECIDERS,
    rows=f"""SELECT application.reference || ' ' || application.title AS thing, '/awards/' || award.id || '/signature' AS href,
        call.reference AS call, award.made_at AS since, {last_second_sql("award.sign_by")} AS until
    FROM award JOIN application ON application.id = award.application_id JOIN call ON call.id = award.call_id
    WHERE {AWARD_STANDS_SQL} AND NOT EXISTS (SELECT FROM award_signature WHERE award_signature.award_id = award.id)
        AND NOT {TO_ACCEPT_SQL} AND NOT {SIGNING_SUSPENDED_SQL} AND NOT {shut_out(person=":person_id")}""",  # noqa: S608 - our own text
)


_DECISIONS = ", ".join(repr(kind.name) for kind in (AWARD, RESERVE, NOT_FUNDED, INADMISSIBLE))
_INFORMED_AT = f"""(SELECT min(created_at) FROM letter
    WHERE letter.application_id = application.id AND letter.kind IN ({_DECISIONS}))"""  # noqa: S608 - our own text
# Whoever withdrew before the decision waits for no answer; exceptions stand outside the call's competition and its dates.
_APPLICANTS = f"""FROM application WHERE application.call_id = call.id AND application.received_at IS NOT NULL
    AND application.track = 'joint'
    AND (application.status <> 'withdrawn' OR {_INFORMED_AT} IS NOT NULL)"""
_AT_ONCE = "FROM award WHERE award.application_id = application.id AND NOT award.from_reserve"
_OTHERS = f"{_APPLICANTS} AND NOT EXISTS (SELECT {_AT_ONCE})"
_LAST_INFORMED_ON = day_sql(f"max({_INFORMED_AT})")
# Nobody has an award before: a call with very many applications is not looked through in vain.
_DECIDED = "call.decided_at IS NOT NULL"
_OF_CALL = f"""FROM award LEFT JOIN award_signature ON award_signature.award_id = award.id
    WHERE award.call_id = call.id AND ({AWARD_STANDS_SQL} OR award_signature.award_id IS NOT NULL)"""
# What is not signed comes first, the earliest of it; once all are, what was latest.
_LATEST = "ORDER BY signed_on IS NOT NULL, signed_on - sign_by DESC, sign_by LIMIT 1"


def _all_informed_on(applicants: str) -> str:
    """The day on which the last of these was informed; it looks no further than the first that was not."""
    return f"""CASE WHEN NOT EXISTS (SELECT {applicants} AND {_INFORMED_AT} IS NULL)
        THEN (SELECT {_LAST_INFORMED_ON} {applicants}) END"""


deadline(
    N_("Inform all applicants of the outcome"),
    order=10,
    begins=f"""CASE WHEN call.state NOT IN ('draft', 'cancelled') AND (call.mode = 'deadline' OR call.series_id IS NOT NULL)
        AND (call.closed_at IS NULL OR EXISTS (SELECT {_APPLICANTS})) THEN {day_sql(HEAR_BY_SQL)} END""",
    met=_all_informed_on(_APPLICANTS),
    number=f"(SELECT count({_INFORMED_AT}) {_APPLICANTS})",
    of=f"(SELECT count(*) {_APPLICANTS})",
)
deadline(
    N_("Inform the applicants without an award"),
    order=20,
    begins=f"""CASE WHEN {_DECIDED} AND EXISTS (SELECT {_OTHERS}) THEN
        (SELECT min({_INFORMED_AT}) {_APPLICANTS} AND EXISTS (SELECT {_AT_ONCE})) END""",
    counted=inform_others_by,
    met=f"CASE WHEN {_DECIDED} THEN {_all_informed_on(_OTHERS)} END",
    number=f"CASE WHEN {_DECIDED} THEN (SELECT count({_INFORMED_AT}) {_OTHERS}) ELSE 0 END",
    of=f"CASE WHEN {_DECIDED} THEN (SELECT count(*) {_OTHERS}) ELSE 0 END",
)
deadline(
    N_("Sign the agreements on the awards"),
    order=30,
    begins=f"(SELECT sign_by {_OF_CALL} {_LATEST})",
    met=f"(SELECT signed_on {_OF_CALL} {_LATEST})",
    number=f"(SELECT count(signed_on) {_OF_CALL})",
    of=f"(SELECT count(*) {_OF_CALL})",
)
