"""The part of a partner that left after the award is taken off: proposed by the secretariat, decided by an authorising officer."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.conflicts_of_interest import refuse_closed
from facility.awards.forms import refusal_reason
from facility.awards.pages.awards import with_served
from facility.awards.queries import awards
from facility.awards.queries.reducing import part, reduction
from facility.awards.service import reducing as commands
from facility.awards.service.consequences import of_reducing
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

HERE = "/awards/{award_id:uuid}/parts/{party_id:uuid}"


@get(HERE, opt=SEES)
async def award_part(view: View, read: Read, award_id: FromPath[UUID], party_id: FromPath[UUID]) -> Page:
    """What would come of taking the part off: to propose, or, once it is proposed, to decide."""
    return await _page(view, read, award_id, party_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, award_id: UUID, party_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    award = await awards.award(read, award_id)
    shown = await part(read, award_id, party_id)
    if not award.stands:
        refuse("not_an_award")
    if shown.taken_off:
        refuse("reduced")
    proposal = await reduction(read, party_id)
    if proposal is None and not shown.to_take_off:
        refuse("no_part_to_take_off")
    if proposal is None and not view.me.has(Role.SECRETARIAT):
        refuse("proposal_settled")
    amount = proposal.amount if proposal else min(shown.amount, award.amount)
    consequence = await of_reducing(read, award_id, amount)
    await refuse_closed(read, view.me.id, [served.application_id for served in consequence.served])
    return view.page(
        "awards/part.html",
        status=status,
        award=award,
        party=shown,
        amount=amount,
        proposal=proposal,
        consequence=consequence,
        form=form,
        mine=proposal is not None and proposal.proposed_by == view.me.id,
        decides=view.me.has(Role.AUTHORISING),
        most=MAX_REASON,
    )


@post(HERE, opt=PROPOSES)
async def propose_reduction(
    view: View, form: Form, tx: Tx, award_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter why this part is no longer needed."))
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, award_id, party_id, fields, status)
    ):
        await commands.propose_reduction(tx, award_id, party_id, reason=reason)
    return view.go(
        f"/awards/{award_id}/parts/{party_id}",
        _("Your proposal is sent. An authorising officer decides. Until then the award stays as it is."),
    )


@post(f"{HERE}/agree", opt=DECIDES)
async def agree_to_reduction(
    view: View, form: Form, tx: Tx, award_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Take the part off, as a second person; what comes free goes to the reserve list at once."""
    fields = Fields(form)
    proposal, seen = fields.key("proposal"), fields.hidden("seen")
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, award_id, party_id, fields, status)
    ):
        served = await commands.settle_reduction(tx, award_id, proposal, Settlement.AGREED, seen=seen)
    return view.go(
        f"/awards/{award_id}", with_served(_("The award is reduced. The lead gets a mail."), len(served))
    )


@post(f"{HERE}/refuse", opt=DECIDES)
async def refuse_reduction(
    view: View, form: Form, tx: Tx, award_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """The award stays as it is, for a reason."""
    fields = Fields(form)
    proposal = fields.key("proposal")
    answer = refusal_reason(fields)
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, award_id, party_id, fields, status)
    ):
        await commands.settle_reduction(tx, award_id, proposal, Settlement.REFUSED, answer=answer)
    return view.go(
        f"/awards/{award_id}",
        reason_goes_out(_("The award stays as it is.")),
    )


@post(f"{HERE}/take-back", opt=PROPOSES)
async def take_back_reduction(
    view: View, form: Form, tx: Tx, award_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    proposal = fields.key("proposal")
    fields.check()
    await commands.settle_reduction(tx, award_id, proposal, Settlement.TAKEN_BACK)
    return view.go(
        f"/awards/{award_id}/parts/{party_id}",
        _("You have taken the proposal back. The award stays as it is."),
    )


HANDLERS = [award_part, propose_reduction, agree_to_reduction, refuse_reduction, take_back_reduction]
