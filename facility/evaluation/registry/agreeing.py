"""Work on scores that assessors agree on."""

from facility.calls.models.standing import DECIDE_BY_SQL
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

_MINE = """application.reference || ' ' || application.title AS thing,
        '/assessments/' || application.id || '/consensus' AS href, call.reference AS call"""
_OPEN = """FROM consensus JOIN application ON application.id = consensus.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id
    LEFT JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
    WHERE consensus.ended_at IS NULL AND consensus.closed_at IS NULL AND call.state = 'closed'
        AND NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id)"""
waits(
    N_("Agreed scores to write"),
    N_("Write the agreed scores of {thing}"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT {_MINE}, consensus.begun_at AS since, {DECIDE_BY_SQL} AS until
        {_OPEN} AND consensus.rapporteur_id = :person_id AND agreed_scores.sent_at IS NULL""",
)
waits(
    N_("Agreed scores to answer on"),
    N_("Agree to the scores of {thing}, or dissent"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT {_MINE}, agreed_scores.sent_at AS since, {DECIDE_BY_SQL} AS until
        {_OPEN} AND agreed_scores.sent_at IS NOT NULL
        AND EXISTS (SELECT FROM consensus_member WHERE consensus_id = consensus.id AND assessor_id = :person_id)
        AND NOT EXISTS (SELECT FROM consensus_answer WHERE consensus_id = consensus.id AND assessor_id = :person_id)""",  # noqa: S608 - our own text
)
