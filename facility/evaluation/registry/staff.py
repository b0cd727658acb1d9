"""Where the evaluation is found, its stage, step and tab; applications to check, and calls that lack assessors."""

from facility.applications.models.application import CHECKED_BEFORE_SQL
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.sealing import OPENED_SQL
from facility.applications.queries.tracker import step
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.counting_assessments import LEAST_SQL, SENT_SQL, recused
from facility.evaluation.models.outcome import SETTLED_SQL
from facility.web.access import STAFF, Role
from facility.web.i18n import N_
from facility.web.navigation import CALLS, nav
from facility.web.waiting import waits
from facility.web.workspace import stage, tab

nav(N_("Evaluation"), "/evaluation", *STAFF, order=9, group=CALLS, holds=("/openings", "/urgent"))
waits(
    N_("Applications whose admissibility is to be checked"),
    N_("Check the admissibility of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT application.reference || ' ' || application.title AS thing,
        '/applications/' || application.id || '/admissibility' AS href,
        call.reference AS call, application.opened_at AS since, {DECIDE_BY_SQL} AS until
    FROM application JOIN call ON call.id = application.call_id
    WHERE application.status = 'submitted' AND application.track = 'joint' AND call.state = 'closed'
        AND {OPENED_SQL} AND NOT {CHECKED_BEFORE_SQL} AND NOT {shut_out(person=":person_id")}
        AND NOT {ASSESSES}""",  # noqa: S608 - our own text
)
waits(
    N_("Calls whose applications lack assessors"),
    N_("Assign assessors in {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing,
        CASE call.mode WHEN 'urgent' THEN '/urgent/' ELSE '/evaluation/' END || call.id AS href,
        call.reference AS call, min(application.opened_at) AS since, {DECIDE_BY_SQL} AS until
    FROM application JOIN call ON call.id = application.call_id
    WHERE application.status = 'admissible' AND call.cancelled_at IS NULL
        AND NOT EXISTS (SELECT FROM evaluation_end WHERE call_id = call.id)
        AND NOT EXISTS (SELECT FROM setting_aside WHERE application_id = application.id)
        AND (SELECT count(*) FROM assignment WHERE application_id = application.id AND ended_at IS NULL
            AND NOT {recused("assignment")})
            < {LEAST_SQL}
        AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}
    GROUP BY call.id""",  # noqa: S608 - our own text
)
_JUDGED = "FROM application WHERE call_id = call.id AND application.status = 'admissible'"
stage(
    N_("Assessment"),
    order=50,
    done=f"""(call.decided_at IS NOT NULL OR EXISTS (SELECT FROM evaluation_end WHERE call_id = call.id)
        OR call.opened_at IS NOT NULL AND NOT EXISTS (SELECT {_JUDGED} AND NOT {SETTLED_SQL}))""",
    number=f"(SELECT count(*) {_JUDGED} AND {SETTLED_SQL})",
    of=f"(SELECT count(*) {_JUDGED})",
)
step(
    N_("Assessed"),
    order=40,
    done=f"(call.decided_at IS NOT NULL OR {SETTLED_SQL})",
    number=SENT_SQL,
    of=f"greatest({LEAST_SQL}, {SENT_SQL})",
    to_parties="call.decided_at IS NOT NULL",
)
tab(
    "evaluation",
    N_("Evaluation"),
    "/evaluation/{id}",
    order=40,
    when="(call.closed_at IS NOT NULL OR call.mode <> 'deadline' AND call.series_id IS NULL AND call.state <> 'draft')",
)
