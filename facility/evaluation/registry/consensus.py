"""Work on scores that are too far apart."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, leads
from facility.evaluation.models.counting_assessments import recused
from facility.web.access import DECIDERS, Role
from facility.web.i18n import N_
from facility.web.waiting import waits

_LEADERS = (*DECIDERS, Role.ASSESSOR)
_THING = "application.reference || ' ' || application.title AS thing"
_UNSETTLED = f"""FROM unsettled JOIN application ON application.id = unsettled.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id AND call.state = 'closed'
    WHERE NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id)
        AND NOT EXISTS (SELECT FROM consensus WHERE consensus.application_id = application.id AND ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM assignment WHERE assignment.application_id = application.id AND assignment.ended_at IS NULL
            AND NOT {recused("assignment")} AND NOT EXISTS (SELECT FROM assessment
                WHERE assessment.application_id = assignment.application_id AND assessment.assessor_id = assignment.assessor_id))
        AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}"""  # noqa: S608 - our own text
waits(
    N_("Scores to settle"),
    N_("Settle the scores of {thing}"),
    "/evaluation",
    *_LEADERS,
    rows=f"""SELECT {_THING}, '/evaluation/applications/' || application.id || '/consensus' AS href,
        call.reference AS call, unsettled.since, {DECIDE_BY_SQL} AS until {_UNSETTLED} AND {leads()}""",
)
waits(
    N_("Applications that need one more assessor"),
    N_("Assign one more assessor to {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT {_THING}, '/evaluation/' || call.id AS href, call.reference AS call, unsettled.since, {DECIDE_BY_SQL} AS until
        {_UNSETTLED} AND {HAS_COMMITTEE_SQL} AND call.grid ->> 'settles' = 'assessor'""",
)
waits(
    N_("Applications on whose scores assessors are to agree"),
    N_("The assessors of {thing} agree on its scores"),
    "/evaluation",
    *_LEADERS,
    rows=f"""SELECT {_THING}, '/evaluation/applications/' || application.id || '/consensus' AS href,
        call.reference AS call, consensus.begun_at AS since, {DECIDE_BY_SQL} AS until
    FROM consensus JOIN application ON application.id = consensus.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id AND call.state = 'closed'
    WHERE consensus.ended_at IS NULL AND consensus.closed_at IS NULL AND {leads()}
        AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}""",  # noqa: S608 - our own text
    others=True,
)
