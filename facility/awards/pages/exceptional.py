"""An award on an approved exception: proposed by the secretariat, decided by an authorising officer."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.application import shown
from facility.applications.rules.status import ApplicationStatus
from facility.awards.forms import refusal_reason
from facility.awards.queries.exceptional import envelope_of, exceptional
from facility.awards.service import exceptional as commands
from facility.awards.words import reason_goes_out
from facility.proposals import MAX_REASON, Settlement
from facility.refused import refuse
from facility.web.access import DECIDERS, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of

PROPOSES = {"allow": allow(Role.SECRETARIAT)}
DECIDES = {"allow": allow(Role.AUTHORISING)}
SEES = {"allow": allow(*DECIDERS)}

HERE = "/applications/{application_id:uuid}/exceptional-award"


@get(HERE, opt=SEES)
async def exceptional_award(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What would be awarded out of which money: to propose, or, once it is proposed, to decide."""
    return await _page(view, read, application_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> Page:
    application = await shown(read, application_id)
    if application.status is not ApplicationStatus.EXCEPTION_APPROVED:
        refuse("wrong_status", status=application.status, wanted=ApplicationStatus.AWARDED.value)
    proposal = await exceptional(read, application_id)
    if proposal is None and not view.me.has(Role.SECRETARIAT):
        refuse("proposal_settled")
    return view.page(
        "awards/exceptional.html",
        status=status,
        application=application,
        envelope=await envelope_of(read, application.call_id),
        proposal=proposal,
        form=form,
        mine=proposal is not None and proposal.proposed_by == view.me.id,
        decides=view.me.has(Role.AUTHORISING),
        most=MAX_REASON,
    )


@post(HERE, opt=PROPOSES)
async def propose_exceptional(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter why the application should get the award."))
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.propose_exceptional(tx, application_id, reason=reason)
    return view.go(
        f"/applications/{application_id}/exceptional-award",
        _("Your proposal is sent. An authorising officer decides."),
    )


@post(f"{HERE}/agree", opt=DECIDES)
async def agree_to_exceptional(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Make the award, as a second person."""
    fields = Fields(form)
    proposal, seen = fields.key("proposal"), fields.eur("seen")
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.settle_exceptional(tx, application_id, proposal, Settlement.AGREED, seen=seen)
    return view.go(
        f"/applications/{application_id}/result", _("The award is made. The letter is on its way.")
    )


@post(f"{HERE}/refuse", opt=DECIDES)
async def refuse_exceptional(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """No award is made, for a reason."""
    fields = Fields(form)
    proposal = fields.key("proposal")
    answer = refusal_reason(fields)
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.settle_exceptional(tx, application_id, proposal, Settlement.REFUSED, answer=answer)
    return view.go(
        f"/applications/{application_id}",
        reason_goes_out(_("No award is made.")),
    )


@post(f"{HERE}/take-back", opt=PROPOSES)
async def take_back_exceptional(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    proposal = fields.key("proposal")
    fields.check()
    await commands.settle_exceptional(tx, application_id, proposal, Settlement.TAKEN_BACK)
    return view.go(f"/applications/{application_id}", _("You have taken the proposal back."))


HANDLERS = [
    exceptional_award,
    propose_exceptional,
    agree_to_exceptional,
    refuse_exceptional,
    take_back_exceptional,
]
