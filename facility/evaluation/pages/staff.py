"""The evaluation as staff see it: calls, one call's board, assigning, setting aside; scores for the auditor only."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.calls.queries.duties import why_not_run
from facility.calls.queries.staff import batches
from facility.calls.rules.modes import Mode
from facility.evaluation.forms.assigning import assign_each, chosen_assessors
from facility.evaluation.queries import board as lists
from facility.evaluation.queries import scores as given
from facility.evaluation.queries import standing as queries
from facility.evaluation.queries.assignment import offered, remarks
from facility.evaluation.queries.calls import calls as calls_shown
from facility.evaluation.queries.consensus import consensuses
from facility.evaluation.queries.standing import home
from facility.evaluation.rules.means import Scores
from facility.evaluation.rules.ranking import stand
from facility.evaluation.rules.score_statistics import Spreads, spread_of
from facility.evaluation.service import assessing
from facility.evaluation.words import OUTCOMES, REASONS, REMARKS, SEATS, SETTLED
from facility.refused import refuse
from facility.web.access import INTERNAL, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of
from facility.web.workspace import workspace_of
from facility.zone import BRUSSELS

WATCH = allow(*STAFF)
ACT = allow(Role.SECRETARIAT)


@get("/evaluation", opt={"allow": WATCH})
async def calls(view: View, read: Read, before: FromQuery[UUID | None] = None) -> Page:
    """Closed and decided calls, the latest first, and what is still open in each."""
    lines, older = await calls_shown(read, before)
    return view.page("evaluation/calls.html", calls=lines, older=older, first=before is None)


@get("/evaluation/{call_id:uuid}", opt={"allow": WATCH})
async def board(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One call: applications against assessors, who is missing, and what is to do next; a series: its batches."""
    return await _board(view, read, call_id, Fields.showing())


async def _board(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await lists.call(read, call_id)
    applicants = await queries.applicants(read, call_id)
    standing = stand(applicants, call.grid, call.min_beneficiaries)
    lines = await lists.applications(read, call_id, viewer=view.me.id)
    closed = {line.id for line in lines if line.closed}
    seats = [seat for seat in await lists.seats(read, call_id) if seat.application_id not in closed]
    may_act = view.me.has(Role.SECRETARIAT) and call.assigns
    why_not = await why_not_run(read, call_id, view.me.id) if may_act else ""
    may_act = may_act and not why_not
    moments, changed = [], []
    if view.me.has(*INTERNAL):
        moments = await history_lines(read, call_id)
        changed = await remarks(read, call_id, view.me.id)
    today = clock.now().astimezone(BRUSSELS).date()
    return view.page(
        "evaluation/board.html",
        workspace=await workspace_of(view, read, call_id, "evaluation"),
        status=status,
        call=call,
        opened=await view.open_to_me(read, [call.ranking, call.scores, call.assignment]),
        batches=await batches(read, call_id) if call.mode != Mode.DEADLINE else [],
        ready=standing.ready,
        people=list({seat.assessor_id: seat.assessor for seat in seats}.items()),
        late=Counter(seat.assessor for seat in seats if seat.late(today)),
        today=today,
        remarks=changed,
        remark_words=REMARKS,
        lines=lists.board(standing, lines, seats, call.grid),
        offered=await offered(read, call_id, view.me.id) if may_act else None,
        may_act=may_act,
        why_not=why_not,
        outcomes=OUTCOMES,
        settled=SETTLED,
        sees_consensus=call.grid.settling and view.me.has(*INTERNAL),
        steps=SEATS,
        reasons=REASONS,
        history=moments,
        form=form,
    )


@post("/evaluation/{call_id:uuid}/assign", opt={"allow": ACT})
async def assign(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Give several applications to several assessors; who has one already keeps it."""
    fields = Fields(form)
    connection = await tx.session.connection()
    known = {line.id for line in await lists.applications(connection, call_id)}
    application_ids = fields.keys("applications", required=False)
    if not application_ids:
        fields.wrong("applications", _("Choose at least one application in the table."))
    assessor_ids = chosen_assessors(fields)
    due_on = (
        fields.day("due_on", first=tx.now.astimezone(BRUSSELS).date()) if fields.given("due_on") else None
    )
    if set(application_ids) - known:
        fields.wrong("applications", _("Choose among the applications of this call."))
    async with redrawn(tx, fields, lambda read, status: _board(view, read, call_id, fields, status)):
        notice = await assign_each(tx, call_id, application_ids, assessor_ids, due_on)
    return view.go(f"/evaluation/{call_id}", notice)


@get("/evaluation/applications/{application_id:uuid}/set-aside", opt={"allow": ACT})
async def set_aside_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Why the application can't get its minimum of assessments."""
    return await _set_aside(view, read, application_id, Fields.showing())


async def _set_aside(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await lists.call(read, await lists.call_of(read, application_id))
    line = next(iter(await lists.applications(read, call.id, application_id)), None)
    if line is None:  # not submitted, or on the exception track: nobody assesses it
        refuse("not_found", kind="missing")
    count = await queries.count_assessments(read, application_id)
    return view.page(
        "evaluation/set_aside.html",
        status=status,
        call=call,
        back=home(call.mode, call.id),
        application=line,
        count=count,
        form=form,
    )


@post("/evaluation/applications/{application_id:uuid}/set-aside", opt={"allow": ACT})
async def set_aside(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter why the application cannot get its assessments."))
    connection = await tx.session.connection()
    call = await lists.call(connection, await lists.call_of(connection, application_id))
    async with redrawn(
        tx, fields, lambda read, status: _set_aside(view, read, application_id, fields, status)
    ):
        await assessing.set_aside(tx, application_id, reason)
    return view.go(home(call.mode, call.id), _("The application is set aside."))


@post("/evaluation/applications/{application_id:uuid}/bring-back", opt={"allow": ACT})
async def bring_back(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    connection = await tx.session.connection()
    call = await lists.call(connection, await lists.call_of(connection, application_id))
    await assessing.bring_back(tx, application_id)
    return view.go(home(call.mode, call.id), _("The application is under assessment again."))


@get("/evaluation/{call_id:uuid}/scores", opt={"allow": allow(Role.AUDITOR)})
async def scores(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Every assessor's scores and comments, and every recusal: for the auditor only."""
    call = await lists.call(read, call_id)
    scored = await given.scored(read, call_id, view.me.id)
    return view.page(
        "evaluation/scores.html",
        workspace=await workspace_of(view, read, call_id, "evaluation"),
        call=call,
        consensuses=await consensuses(read, view.me.id, call_id=call_id) if call.grid.settling else {},
        scored=scored,
        reopened=await given.reopened(read, call_id, view.me.id),
        spreads=_spreads([line for line in scored if line.counts]),
    )


def _spreads(scored: Sequence[given.Scored]) -> list[tuple[str, str, Spreads]]:
    """Name, pseudonym and scores: of everybody together (without a name), then of each assessor."""
    by_assessor: dict[tuple[str, str], list[Scores]] = defaultdict(list)
    for line in scored:
        for whose in (("", ""), (line.assessor, line.pseudonym)):
            by_assessor[whose].append(line.scores)
    return [(*whose, spread_of(sent)) for whose, sent in sorted(by_assessor.items())]


HANDLERS = [calls, board, assign, set_aside_form, set_aside, bring_back, scores]
