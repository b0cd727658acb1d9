"""Opening a call by two: the list as it stands, a session that waits for a second person, the minutes."""

import asyncio
from uuid import UUID

from litestar import get, post

from facility import clock
from facility.admission.queries import opening as queries
from facility.admission.service.minutes import minutes_pdf
from facility.admission.service.opening import confirm_opening, start_opening
from facility.admission.words import begun, whys
from facility.applications.models.application import LATEST_CHECK_SQL
from facility.applications.models.conflict_of_interest import closed_in
from facility.applications.models.sealing import OPENED_SQL
from facility.applications.queries.tracker import step
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES, why_not_run
from facility.web.access import DECIDERS, STAFF, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _
from facility.web.pictures import OF_CALL, level
from facility.web.waiting import waits
from facility.web.workspace import stage, tab, workspace_of

# Known by its name: the evaluation, where conflicts are declared, is a later room.
WATCH = {"allow": allow(*STAFF, unless=["call.recused"])}
ACT = {"allow": allow(*DECIDERS, unless=["call.recused"])}

# As the Commission's page counts: what was withdrawn before the decision did not come in. Call by call (OFFSET 0 keeps it so), or
# PostgreSQL reads all applications of all calls.
_RECEIVED = f"""FROM call AS own CROSS JOIN LATERAL (
        SELECT id, track, status, withdrawn_at, opened_at FROM application
        WHERE application.call_id = own.id AND application.received_at IS NOT NULL OFFSET 0) AS application
    WHERE own.id IN {OF_CALL} AND (application.status <> 'withdrawn'
        OR own.decided_at IS NOT NULL AND coalesce(application.withdrawn_at >= own.decided_at, true))"""  # noqa: S608 - our own text
# The judgement itself is asked only where the status does not say it: a thousand applications have a thousand judgements.
_ADMISSIBLE = f"""CASE WHEN application.status IN ('ineligible', 'withdrawn') THEN (SELECT admissible {LATEST_CHECK_SQL})
    ELSE application.track = 'joint' AND application.status NOT IN ('submitted', 'inadmissible') END"""
level(N_("Received"), order=10, number=f"SELECT count(*) {_RECEIVED}")
level(
    N_("Admissible"),
    order=20,
    number=f"""SELECT CASE WHEN bool_or({OPENED_SQL}) AND NOT {closed_in(OF_CALL)} THEN count(*)
        FILTER (WHERE {_ADMISSIBLE}) END {_RECEIVED}""",
)
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


@get("/openings/{call_id:uuid}", opt=WATCH)
async def opening(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What came in, without a word of what it says, and what is to be done by whom."""
    shown = await queries.opening(read, call_id)
    running = shown.running(clock.now())
    mine = running and shown.started_by == view.me.id
    opens = view.me.has(*DECIDERS) and shown.closed_at is not None and shown.opened_at is None
    why_not = await why_not_run(read, call_id, view.me.id) if opens else ""
    opens = opens and not why_not
    return view.page(
        "admission/opening.html",
        workspace=await workspace_of(view, read, call_id, "opening"),
        opening=shown,
        listed=shown.minutes.listed if shown.minutes else shown.now,
        whys=whys(shown.now.late),
        running=running,
        mine=mine,
        may_start=opens and (not running or (mine and shown.changed)),
        why_not=why_not,
        may_confirm=opens and running and not mine and not shown.changed,
    )


@post("/openings/{call_id:uuid}/start", opt=ACT)
async def start(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    session = await start_opening(tx, call_id)
    return view.go(f"/openings/{call_id}", begun(session.started_at, tx.now))


@post("/openings/{call_id:uuid}/confirm", opt=ACT)
async def confirm(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    session_id = fields.key("session")
    fields.check()
    await confirm_opening(tx, call_id, seen=session_id)
    return view.go(f"/openings/{call_id}", _("The applications are unsealed. You can read them now."))


@get("/openings/{call_id:uuid}/minutes.pdf", opt=WATCH)
async def minutes(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The minutes, as PDF/UA."""
    kept = await queries.minutes(read, call_id)
    content = await asyncio.to_thread(minutes_pdf, view.renderer.environment, kept)
    return view.download(content, f"{kept['number']}.pdf".replace("/", "-"), "application/pdf")


HANDLERS = [opening, start, confirm, minutes]
