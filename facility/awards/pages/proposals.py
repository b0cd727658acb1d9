"""What two people decide on awards: withdrawing one on the facility's side, and enlarging an envelope."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.conflicts_of_interest import refuse_closed
from facility.awards.forms import refusal_reason
from facility.awards.pages.awards import with_served
from facility.awards.queries import awards
from facility.awards.service import consequences
from facility.awards.service import enlargement as enlargement_commands
from facility.awards.service import withdrawal as withdrawal_commands
from facility.awards.service.withdrawal import settle_withdrawal
from facility.awards.words import WITHDRAWAL_REASON_MISSING, reason_goes_out
from facility.contracts import queries as contracts
from facility.contracts.service.enlargement import settle_enlargement
from facility.proposals import MAX_REASON, Settlement
from facility.refused import refuse
from facility.web.access import DECIDERS, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import reason_of

PROPOSES = {"allow": allow(Role.SECRETARIAT)}
DECIDES = {"allow": allow(*DECIDERS)}


def _for_visitor(view: View, proposed_by: UUID) -> dict[str, Any]:
    """Whether the visitor made the proposal, which they may take back; anybody else decides on it."""
    return {"mine": proposed_by == view.me.id, "most": MAX_REASON}


async def _open_to(
    view: View, read: AsyncConnection, consequence: consequences.Consequence
) -> consequences.Consequence:
    """The consequence. Refused "shut_out" where it serves an application on which the visitor has declared a conflict."""
    await refuse_closed(read, view.me.id, [award.application_id for award in consequence.served])
    return consequence


@get("/awards/{award_id:uuid}/withdraw", opt=PROPOSES)
async def withdrawal_form(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """Why the award is to be withdrawn, and what would come of it."""
    return await proposal_form(view, read, award_id, Fields.showing())


async def proposal_form(
    view: View, read: AsyncConnection, award_id: UUID, form: Fields, status: int = 200, *, lapse: bool = False
) -> ASGIResponse:
    award = await awards.award(read, award_id)
    if not award.stands:
        refuse("not_an_award")
    if lapse and not (award.acceptance and award.acceptance.is_open):
        refuse("nothing_to_accept")
    consequence = await _open_to(view, read, await consequences.of_withdrawing(read, award_id))
    return view.page(
        "awards/withdraw.html",
        status=status,
        award=award,
        consequence=consequence,
        ending=await consequences.what_ends(read, award_id),
        form=form,
        lapse=lapse,
        letter_failed=lapse and await awards.letter_failed(read, award.application_id),
    )


@post("/awards/{award_id:uuid}/withdraw", opt=PROPOSES)
async def propose_withdrawal(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, translated(WITHDRAWAL_REASON_MISSING))
    async with redrawn(tx, fields, lambda read, status: proposal_form(view, read, award_id, fields, status)):
        await withdrawal_commands.propose_withdrawal(tx, award_id, reason=reason)
    return view.go(
        f"/awards/{award_id}/withdrawal",
        _("Your proposal is sent. A second person decides. Until then the award continues."),
    )


@get("/awards/{award_id:uuid}/withdrawal", opt=DECIDES)
async def withdrawal(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """The proposal to withdraw the award, and what would come of it now."""
    return await proposal_page(view, read, award_id, Fields.showing())


async def proposal_page(
    view: View, read: AsyncConnection, award_id: UUID, form: Fields, status: int = 200, *, lapse: bool = False
) -> ASGIResponse:
    award = await awards.award(read, award_id)
    proposal = await awards.withdrawal(read, award_id)
    if proposal is None or proposal.lapse != lapse:
        refuse("proposal_settled")
    return view.page(
        "awards/withdrawal.html",
        status=status,
        award=award,
        proposal=proposal,
        consequence=await _open_to(view, read, await consequences.of_withdrawing(read, award_id)),
        ending=await consequences.what_ends(read, award_id),
        form=form,
        authorises=view.me.has(Role.AUTHORISING),
        letter_failed=lapse and await awards.letter_failed(read, award.application_id),
        **_for_visitor(view, proposal.proposed_by),
    )


@post("/awards/{award_id:uuid}/withdrawal/agree", opt=DECIDES)
async def agree_to_withdrawal(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """Withdraw the award, as a second person; its money goes to the reserve list at once."""
    fields = Fields(form)
    proposal, seen = fields.key("proposal"), fields.hidden("seen")
    fields.check()
    served = await settle_withdrawal(tx, award_id, proposal, Settlement.AGREED, seen=seen)
    return view.go(f"/awards/{award_id}", with_served(_("The award is withdrawn."), len(served)))


@post("/awards/{award_id:uuid}/withdrawal/refuse", opt=DECIDES)
async def refuse_withdrawal(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """The award is not withdrawn, for a reason."""
    fields = Fields(form)
    proposal = fields.key("proposal")
    answer = refusal_reason(fields)
    async with redrawn(tx, fields, lambda read, status: proposal_page(view, read, award_id, fields, status)):
        await settle_withdrawal(tx, award_id, proposal, Settlement.REFUSED, answer=answer)
    return view.go(
        f"/awards/{award_id}",
        reason_goes_out(_("The award continues.")),
    )


@post("/awards/{award_id:uuid}/withdrawal/take-back", opt=PROPOSES)
async def take_back_withdrawal(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    proposal = fields.key("proposal")
    fields.check()
    await settle_withdrawal(tx, award_id, proposal, Settlement.TAKEN_BACK)
    return view.go(f"/awards/{award_id}", _("You have taken the proposal back. The award continues."))


ENLARGEMENT = "/contracts/{reference:str}/envelopes/{envelope_id:uuid}/enlargement"


@get(ENLARGEMENT, opt=DECIDES)
async def enlargement(view: View, read: Read, reference: FromPath[str], envelope_id: FromPath[UUID]) -> Page:
    """The proposal to enlarge the envelope, and whom the reserve lists would serve with it now."""
    return await _enlargement(view, read, reference, envelope_id, Fields.showing())


async def _enlargement(
    view: View, read: AsyncConnection, reference: str, envelope_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    proposal = await _proposal(read, reference, envelope_id)
    consequence = await consequences.of_enlarging(read, envelope_id, proposal.computed_on, proposal.amount)
    await _open_to(view, read, consequence)
    return view.page(
        "awards/enlargement.html",
        status=status,
        proposal=proposal,
        consequence=consequence,
        form=form,
        **_for_visitor(view, proposal.proposed_by),
    )


async def _proposal(read: AsyncConnection, reference: str, envelope_id: UUID) -> contracts.EnlargementShown:
    if envelope_id not in {envelope.id for envelope in await contracts.envelopes(read, reference)}:
        refuse("not_found", kind="missing", what="envelope")
    return await contracts.enlargement(read, envelope_id) or refuse("proposal_settled")


@post(f"{ENLARGEMENT}/agree", opt=DECIDES)
async def agree_to_enlargement(
    view: View, form: Form, tx: Tx, reference: FromPath[str], envelope_id: FromPath[UUID]
) -> Page:
    """Enlarge the envelope, as a second person; the reserve lists are served at once."""
    fields = Fields(form)
    proposal, seen = fields.key("proposal"), fields.hidden("seen")
    fields.check()
    served = await enlargement_commands.agree_to_enlargement(tx, envelope_id, proposal, seen=seen)
    return view.go(
        f"/contracts/{quote(reference)}", with_served(_("The envelope was enlarged."), len(served))
    )


@post(f"{ENLARGEMENT}/refuse", opt=DECIDES)
async def refuse_enlargement(
    view: View, form: Form, tx: Tx, reference: FromPath[str], envelope_id: FromPath[UUID]
) -> Page:
    """The envelope stays as it is, for a reason."""
    fields = Fields(form)
    proposal = fields.key("proposal")
    answer = refusal_reason(fields)
    async with redrawn(
        tx, fields, lambda read, status: _enlargement(view, read, reference, envelope_id, fields, status)
    ):
        await settle_enlargement(tx, envelope_id, proposal, Settlement.REFUSED, answer=answer)
    return view.go(
        f"/contracts/{quote(reference)}",
        reason_goes_out(_("The envelope stays as it is.")),
    )


@post(f"{ENLARGEMENT}/take-back", opt=PROPOSES)
async def take_back_enlargement(
    view: View, form: Form, tx: Tx, reference: FromPath[str], envelope_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    proposal = fields.key("proposal")
    fields.check()
    await settle_enlargement(tx, envelope_id, proposal, Settlement.TAKEN_BACK)
    return view.go(
        f"/contracts/{quote(reference)}", _("The proposal is taken back. The envelope stays as it is.")
    )


HANDLERS = [
    withdrawal_form,
    propose_withdrawal,
    withdrawal,
    agree_to_withdrawal,
    refuse_withdrawal,
    take_back_withdrawal,
    enlargement,
    agree_to_enlargement,
    refuse_enlargement,
    take_back_enlargement,
]
