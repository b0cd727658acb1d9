"""Ranking, decision and awards: where they are found, their stages, step and tabs, and who has to propose, decide and close."""

from facility.applications.models.conflict_of_interest import closed_in, shut_out
from facility.applications.queries.finding import NOT_CLOSED, OF_MY_INSTITUTION, SHOWN, WITH_WORDS, among_many
from facility.applications.queries.tracker import step
from facility.awards.models.award import AWARD_STANDS_SQL, GOT_AWARD_SQL, PROMISED_SQL
from facility.awards.models.complaint import DECISION_SUSPENDED_SQL
from facility.awards.models.decision import TO_PROPOSE_SQL, UNSIGNED_SQL
from facility.calls.models.standing import HEAR_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.committee import FULL_COMMITTEE_SQL, HAS_COMMITTEE_SQL
from facility.web.access import DECIDERS, STAFF, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import DELIVERY, nav
from facility.web.pictures import OF_CALL, level, share
from facility.web.waiting import waits
from facility.web.workspace import stage, tab

nav(N_("Awards"), "/awards", *STAFF, order=45, group=DELIVERY)
waits(
    N_("Rankings to propose"),
    N_("Propose the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing,
        CASE call.mode WHEN 'urgent' THEN '/urgent/' || call.id ELSE '/evaluation/' || call.id || '/ranking' END AS href,
        call.reference AS call, call.closes_at AS since, {HEAR_BY_SQL} AS until
    FROM call WHERE {TO_PROPOSE_SQL} AND NOT {ASSESSES} AND (NOT {HAS_COMMITTEE_SQL} OR {FULL_COMMITTEE_SQL})
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})""",  # noqa: S608 - our own text
)
_IS_PROPOSED = "EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id)"
step(
    N_("Decided"),
    order=50,
    done="coalesce(exception_decided_at, call.decided_at) IS NOT NULL",
    at="coalesce(exception_decided_at, call.decided_at)",
    exceptions=True,
)
stage(N_("Ranking"), order=60, done=f"(call.decided_at IS NOT NULL OR {_IS_PROPOSED})")
stage(N_("Decision"), order=70, done="call.decided_at IS NOT NULL", at="call.decided_at")
tab(
    "decision",
    N_("Decision"),
    "/evaluation/{id}/ranking",
    order=50,
    when=f"({TO_PROPOSE_SQL} OR {_IS_PROPOSED} OR call.decided_at IS NOT NULL)",
)
tab("awards", N_("Awards"), "/awards/calls/{id}", order=60, when="call.decided_at IS NOT NULL")
_PROPOSED = f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/decision' AS href,
        call.reference AS call, call.id AS call_id, proposed_at AS since, {HEAR_BY_SQL} AS until
    FROM award_decision JOIN call ON call.id = award_decision.call_id
    WHERE award_decision.decided_at IS NULL AND call.state = 'closed' AND NOT {DECISION_SUSPENDED_SQL}
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})"""  # noqa: S608
waits(
    N_("Proposed rankings to decide"),
    N_("Decide the ranking of {thing}"),
    "/evaluation",
    Role.AUTHORISING,
    rows=f"{_PROPOSED} AND proposed_by <> :person_id AND NOT {ASSESSES} AND NOT {UNSIGNED_SQL}",
)
waits(
    N_("Rankings that you proposed"),
    N_("An authorising officer decides the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"{_PROPOSED} AND proposed_by = :person_id AND NOT {UNSIGNED_SQL}",
    others=True,
)
waits(
    N_("Evaluation reports that the committee signs"),
    N_("The committee signs the evaluation report of {thing}"),
    "/evaluation",
    *DECIDERS,
    rows=f"""SELECT thing, '/evaluation/' || call_id || '/report' AS href, call, since, until
        FROM ({_PROPOSED} AND {UNSIGNED_SQL}) AS unsigned""",  # noqa: S608 - our own text
    others=True,
)
_CLOSING = f"""SELECT application.reference || ' ' || application.title AS thing, '/awards/' || award.id AS href,
        call.reference AS call, closing_proposed_at AS since, NULL AS until
    FROM award JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id
    WHERE {AWARD_STANDS_SQL} AND closing_proposed_by IS NOT NULL AND NOT {shut_out(person=":person_id")}"""  # noqa: S608
waits(
    N_("Awards that a colleague proposed to close"),
    N_("Confirm or refuse the closing of {thing}"),
    "/awards?closing=yes",
    *DECIDERS,
    rows=f"{_CLOSING} AND closing_proposed_by <> :person_id",
)
waits(
    N_("Awards that you proposed to close"),
    N_("A colleague confirms or refuses the closing of {thing}"),
    "/awards?closing=yes",
    *DECIDERS,
    rows=f"{_CLOSING} AND closing_proposed_by = :person_id",
    others=True,
)
finds(
    N_("Awards"),
    *STAFF,
    order=30,
    rows=f"""SELECT award.id, {SHOWN}, '/awards/' || award.id AS href, award.made_at AS at
    FROM ({among_many(f"{GOT_AWARD_SQL} AND {NOT_CLOSED}")}) AS hit JOIN application ON application.id = hit.id
    JOIN award ON award.application_id = application.id
    JOIN institution ON institution.id = application.lead_institution_id""",  # noqa: S608 - our own text
)
finds(
    N_("Awards"),
    Role.OFFICER,
    order=30,
    rows=f"""SELECT award.id, {SHOWN}, '/applications/' || application.id || '/result' AS href, award.made_at AS at
    FROM award JOIN application ON application.id = award.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE {OF_MY_INSTITUTION} AND {NOT_CLOSED} AND {WITH_WORDS}""",  # noqa: S608 - our own text
)


_IF_DECIDED = f"""SELECT CASE WHEN EXISTS (SELECT FROM call AS own WHERE own.id = ANY(ARRAY{OF_CALL}) AND own.decided_at IS NOT NULL)
    AND NOT {closed_in(OF_CALL)} THEN"""  # noqa: S608 - our own text
level(
    N_("Ranked"),
    order=30,
    number=f"""{_IF_DECIDED} (SELECT count(DISTINCT application_id) FROM ranking_entry
        WHERE call_id = ANY(ARRAY{OF_CALL}) AND rank IS NOT NULL) END""",  # noqa: S608 - our own text
)
level(
    N_("Awarded"),
    order=40,
    number=f"{_IF_DECIDED} (SELECT count(*) FROM award WHERE call_id = ANY(ARRAY{OF_CALL}) AND NOT exceptional) END",  # noqa: S608 - our own text
)
share(N_("Promised by calls that are not decided"), order=20, amount=PROMISED_SQL)
