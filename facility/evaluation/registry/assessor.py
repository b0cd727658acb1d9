"""Where assessors find their work, and what they have to assess."""

from facility.applications.queries.finding import NOT_CLOSED, SHOWN, WITH_WORDS
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.evaluation.models.assignment import DUE_SQL
from facility.web.access import Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

nav(N_("Assessments"), "/assessments", Role.ASSESSOR, order=40, holds=("/applications",))
waits(
    N_("Applications to assess"),
    N_("Assess {thing}"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT application.reference || ' ' || application.title AS thing,
        '/assessments/' || application.id AS href, call.reference AS call, assignment.at AS since, coalesce({DUE_SQL}, {DECIDE_BY_SQL}) AS until
    FROM assignment
    JOIN application ON application.id = assignment.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id
    WHERE assignment.assessor_id = :person_id AND assignment.ended_at IS NULL
        AND NOT EXISTS (SELECT FROM evaluation_end WHERE call_id = application.call_id)
        AND NOT EXISTS (SELECT FROM setting_aside WHERE application_id = application.id)
        AND NOT EXISTS (SELECT FROM assessment WHERE application_id = application.id
            AND assessor_id = :person_id AND sent_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM conflict_declaration WHERE application_id = application.id
            AND assessor_id = :person_id AND conflict)""",  # noqa: S608 - our own text
)
# What whoever is to declare sees: title and parties.
finds(
    N_("Applications"),
    Role.ASSESSOR,
    order=20,
    rows=f"""SELECT application.id, {SHOWN}, '/assessments/' || application.id AS href, assignment.at
    FROM assignment JOIN application ON application.id = assignment.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE assignment.assessor_id = :person_id AND assignment.ended_at IS NULL AND {NOT_CLOSED} AND {WITH_WORDS}""",  # noqa: S608
)
