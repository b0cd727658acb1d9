"""Scores that have to be settled, for whoever leads: a rapporteur is appointed, a consensus is closed or ended; and its record."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.queries.duties import why_not_run
from facility.evaluation.access import LEADS_CONSENSUS, SEES_CONSENSUS
from facility.evaluation.queries import board
from facility.evaluation.queries import standing as queries
from facility.evaluation.queries.consensus import consensuses, may_lead
from facility.evaluation.rules.divergence import divergence_of
from facility.evaluation.rules.outcomes import UNSETTLED
from facility.evaluation.rules.ranking import stand
from facility.evaluation.service import consensus as commands
from facility.evaluation.words import OUTCOMES, SETTLED
from facility.refused import refuse
from facility.web.access import allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of

LEADS = {"allow": allow(related(LEADS_CONSENSUS))}
PATH = "/evaluation/applications/{application_id:uuid}/consensus"


@get(PATH, opt={"allow": SEES_CONSENSUS})
async def show(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Whether scores have to be settled, what was agreed, and who dissents."""
    return await _page(view, read, application_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await board.call(read, await board.call_of(read, application_id))
    line = next(iter(await board.applications(read, call.id, application_id)), None)
    if line is None or not call.grid.settling:
        refuse("not_found", kind="missing")
    standing = stand(
        await queries.applicants(read, call.id, application_id), call.grid, call.min_beneficiaries
    )
    judged = standing.everyone[0]
    seats = [seat for seat in await board.seats(read, call.id) if seat.application_id == application_id]
    acts = call.state == "closed" and call.ended_at is None and line.status == "admissible"
    leads = acts and await may_lead(read, application_id, view.me.id)
    why_not = await why_not_run(read, call.id, view.me.id) if leads and not call.committee else ""
    return view.page(
        "evaluation/consensus.html",
        status=status,
        call=call,
        application=line,
        here=_here(application_id),
        outcome=OUTCOMES[judged.outcome],
        divergence=divergence_of(judged.applicant, call.grid),
        settled=SETTLED,
        unsettled=judged.outcome in UNSETTLED,
        consensuses=(await consensuses(read, view.me.id, application_id=application_id)).get(
            application_id, []
        ),
        sent=[seat for seat in seats if seat.step == "sent"],
        unsent=[seat.assessor for seat in seats if seat.step not in ("sent", "recused")],
        leads=leads and not why_not,
        why_not=why_not,
        form=form,
    )


@post(PATH, opt=LEADS)
async def begin(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Appoint a rapporteur; the assessors get a mail."""
    fields = Fields(form)
    rapporteur = fields.key("rapporteur")
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.begin_consensus(tx, application_id, rapporteur)
    return view.go(_here(application_id), _("The assessors are asked to agree. They get a mail."))


@post(f"{PATH}/close", opt=LEADS)
async def close(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Close it though somebody has not answered."""
    fields = Fields(form)
    seen = fields.key("seen")
    reason = reason_of(fields, _("Enter the reason for closing the consensus."))
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.close_consensus(tx, application_id, seen, reason)
    return view.go(_here(application_id), _("The consensus is closed. Its scores count."))


@post(f"{PATH}/end", opt=LEADS)
async def end(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """End it without effect."""
    fields = Fields(form)
    seen = fields.key("seen")
    missing = _("Enter the reason for ending the consensus.")
    reason = fields.text("why", missing=missing, most=2000, multiline=True)
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.cancel_consensus(tx, application_id, seen, reason)
    return view.go(_here(application_id), _("The consensus has ended. Its scores do not count."))


def _here(application_id: UUID) -> str:
    return f"/evaluation/applications/{application_id}/consensus"


HANDLERS = [show, begin, close, end]
