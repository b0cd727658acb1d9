"""Urgent applications: what presses, and one page on which each is opened, assessed, proposed and decided."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.admission.queries import opening as openings
from facility.admission.service.opening import confirm_opening, start_opening
from facility.admission.words import begun, whys
from facility.awards.pages.decisions import lacking_reasons, reasons_in
from facility.awards.queries import urgent
from facility.awards.queries.ranking import ranking
from facility.awards.queries.urgent import to_decide
from facility.awards.service import deciding
from facility.awards.words import COOLED, STATUSES
from facility.calls.queries.duties import why_not_run
from facility.evaluation.access import RECUSED_IN_CALL
from facility.evaluation.forms.assigning import assign_each, chosen_assessors
from facility.evaluation.queries import board
from facility.evaluation.queries.assignment import offered
from facility.evaluation.words import OUTCOMES, SEATS
from facility.refused import refuse
from facility.web.access import DECIDERS, INTERNAL, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.workspace import workspace_of

LISTS = {"allow": allow(*STAFF)}
# An urgent call is one application: whoever has declared a conflict on it finds all of its page closed.
OPENERS = {"allow": allow(*DECIDERS, unless=[RECUSED_IN_CALL])}
WATCH = {"allow": allow(*STAFF, unless=[RECUSED_IN_CALL])}
PROPOSES = {"allow": allow(Role.SECRETARIAT, unless=[RECUSED_IN_CALL])}
DECIDES = {"allow": allow(Role.AUTHORISING, unless=[RECUSED_IN_CALL])}


@get("/urgent", opt=LISTS)
async def pressing(view: View, read: Read) -> Page:
    """Urgent applications that are not decided, with the time that each has left."""
    return view.page("awards/urgent_list.html", lines=await to_decide(read, view.me.id))


@get("/urgent/{call_id:uuid}", opt=WATCH)
async def application(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One urgent application from its opening to its decision."""
    return await _urgent_page(view, read, call_id, Fields.showing())


async def _urgent_page(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    line = await urgent.urgent(read, call_id)
    opening = await openings.opening(read, call_id)
    running = opening.running(clock.now())
    mine = running and opening.started_by == view.me.id
    acts = view.me.has(*DECIDERS) and line.decided_at is None
    why_not = await why_not_run(read, call_id, view.me.id) if acts else ""
    acts = acts and not why_not
    opens = acts and opening.opened_at is None
    shown = await ranking(read, call_id) if line.opened else None
    proposal = shown.proposal if shown else None
    without = lacking_reasons(shown, await reasons_in(read, shown)) if shown else []
    return view.page(
        "awards/urgent.html",
        workspace=await workspace_of(view, read, call_id, "urgent"),
        status=status,
        line=line,
        opening=opening,
        listed=opening.minutes.listed if opening.minutes else opening.now,
        whys=whys(opening.now.late),
        running=running,
        mine=mine,
        may_start=opens and (not running or (mine and opening.changed)),
        may_confirm=opens and running and not mine and not opening.changed,
        ranking=shown,
        judged=shown.lines[0] if shown and shown.lines else None,
        grid=shown.call.grid if shown else None,
        without_reasons=without,
        seats=await board.seats(read, call_id) if line.opened else [],
        offered=await offered(read, call_id, view.me.id) if line.opened else None,
        why_not=why_not,
        runs=acts and view.me.has(Role.SECRETARIAT),
        acts=acts,
        proposal=proposal,
        may_decide=acts
        and view.me.has(Role.AUTHORISING)
        and proposal is not None
        and view.me.id != proposal.proposed_by,
        outcomes=OUTCOMES,
        statuses=STATUSES,
        steps=SEATS,
        cooled=COOLED,
        form=form,
        history=await history_lines(read, call_id) if view.me.has(*INTERNAL) else [],
    )


@post("/urgent/{call_id:uuid}/open", opt=OPENERS)
async def begin(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    session = await start_opening(tx, call_id)
    return view.go(f"/urgent/{call_id}", begun(session.started_at, tx.now))


@post("/urgent/{call_id:uuid}/confirm", opt=OPENERS)
async def confirm(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    session_id = fields.key("session")
    fields.check()
    await confirm_opening(tx, call_id, seen=session_id)
    return view.go(f"/urgent/{call_id}", _("The application is opened."))


@post("/urgent/{call_id:uuid}/assign", opt=PROPOSES)
async def assign(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Ask assessors; who has it already keeps it."""
    connection = await tx.session.connection()
    if not (await urgent.urgent(connection, call_id)).opened:
        refuse("not_opened")
    fields = Fields(form)
    assessor_ids = chosen_assessors(fields)
    async with redrawn(tx, fields, lambda read, status: _urgent_page(view, read, call_id, fields, status)):
        application_ids = [line.id for line in await board.applications(connection, call_id)]
        assigned = await assign_each(tx, call_id, application_ids, assessor_ids)
    return view.go(f"/urgent/{call_id}", assigned)


@post("/urgent/{call_id:uuid}/propose", opt=PROPOSES)
async def propose(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Propose what the scores say to the authorising officer."""
    Fields(form).check()
    decision = await deciding.propose(tx, call_id)
    notice = _("The decision is proposed. The authorising officers get a mail.")
    if decision.proposed_at != tx.now:
        notice = _("You have already proposed this. An authorising officer must decide it.")
    return view.go(f"/urgent/{call_id}", notice)


@post("/urgent/{call_id:uuid}/decide", opt=DECIDES)
async def decide(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Decide it as it was shown."""
    fields = Fields(form)
    seen = fields.hidden("seen")
    fields.check()
    await deciding.decide(tx, call_id, seen=seen)
    return view.go(f"/urgent/{call_id}", _("It is decided. The letter is on its way."))


HANDLERS = [pressing, application, begin, confirm, assign, propose, decide]
