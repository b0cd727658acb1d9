"""Opening and admissibility as stages of a call and steps of an application; the tab of the opening, and calls to be opened."""

from facility.applications.models.application import LATEST_CHECK_SQL
from facility.applications.models.conflict_of_interest import closed_in
from facility.applications.models.sealing import OPENED_SQL
from facility.applications.queries.tracker import step
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.web.access import DECIDERS
from facility.web.i18n import N_
from facility.web.pictures import OF_CALL, level
from facility.web.waiting import waits
from facility.web.workspace import stage, tab

_IN_STAGES = "FROM application WHERE call_id = call.id AND track = 'joint' AND received_at IS NOT NULL AND status <> 'withdrawn'"
"""Applications that are counted once the call has closed."""
stage(
    N_("Opening"),
    order=30,
    done="(call.opened_at IS NOT NULL OR call.decided_at IS NOT NULL)",
    at="call.opened_at",
)
stage(
    N_("Admissibility"),
    order=40,
    done=f"(call.decided_at IS NOT NULL OR NOT EXISTS (SELECT {_IN_STAGES} AND status = 'submitted'))",
    number=f"(SELECT count(*) {_IN_STAGES} AND status <> 'submitted')",
    of=f"CASE WHEN call.closed_at IS NOT NULL THEN (SELECT count(*) {_IN_STAGES}) END",
)
step(N_("Opened"), order=20, done=OPENED_SQL, at="application.opened_at")
step(
    N_("Checked"),
    order=30,
    done="application.status NOT IN ('draft', 'submitted', 'withdrawn')",
    at=f"(SELECT checked_at {LATEST_CHECK_SQL})",
    to_parties=None,
)
tab("opening", N_("Opening"), "/openings/{id}", order=25, when="call.closed_at IS NOT NULL")
_UNOPENED = f"""SELECT call.reference || ' ' || call.title AS thing,
        CASE call.mode WHEN 'urgent' THEN '/urgent/' ELSE '/openings/' END || call.id AS href,
        call.reference AS call, call.closes_at AS since, least(running.ends_at, {DECIDE_BY_SQL}) AS until
    FROM call LEFT JOIN opening_session AS running
        ON running.call_id = call.id AND running.confirmed_at IS NULL AND running.ends_at > :now
    WHERE call.state = 'closed' AND call.opened_at IS NULL AND NOT {ASSESSES}
        AND EXISTS (SELECT FROM application WHERE call_id = call.id AND track = 'joint' AND status = 'submitted')"""  # noqa: S608
waits(
    N_("Closed calls to be opened by two people"),
    N_("Open {thing} with a colleague"),
    "/evaluation",
    *DECIDERS,
    rows=f"{_UNOPENED} AND running.started_by IS DISTINCT FROM :person_id",
)
waits(
    N_("Openings that you began"),
    N_("A colleague confirms the opening of {thing}"),
    "/evaluation",
    *DECIDERS,
    rows=f"{_UNOPENED} AND running.started_by = :person_id",
    others=True,
)


# As the Commission's page counts: what was withdrawn before the decision did not come in. Call by call (OFFSET 0 keeps it so), or
# PostgreSQL reads all applications of all calls.
_RECEIVED = f"""FROM call AS own CROSS JOIN LATERAL (
        SELECT id, status, withdrawn_at, opened_at FROM application
        WHERE application.call_id = own.id AND track = 'joint' AND application.received_at IS NOT NULL OFFSET 0) AS application
    WHERE own.id IN {OF_CALL} AND (application.status <> 'withdrawn'
        OR own.decided_at IS NOT NULL AND coalesce(application.withdrawn_at >= own.decided_at, true))"""  # noqa: S608 - our own text
# The judgement itself is asked only where the status does not say it: a thousand applications have a thousand judgements.
_ADMISSIBLE = f"""CASE WHEN application.status IN ('ineligible', 'withdrawn') THEN (SELECT admissible {LATEST_CHECK_SQL})
    ELSE application.status NOT IN ('submitted', 'inadmissible') END"""
level(N_("Received"), order=10, number=f"SELECT count(*) {_RECEIVED}")
level(
    N_("Admissible"),
    order=20,
    number=f"""SELECT CASE WHEN bool_or({OPENED_SQL}) AND NOT {closed_in(OF_CALL)} THEN count(*)
        FILTER (WHERE {_ADMISSIBLE}) END {_RECEIVED}""",
)
