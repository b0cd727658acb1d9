"""Accepting an award: the lead's answer; and where none came in time, two people let the award lapse."""

from typing import Any
from uuid import UUID

from litestar import get, post

from facility.awards.forms import refusal_reason
from facility.awards.pages.awards import result_page, with_served
from facility.awards.pages.proposals import DECIDES, PROPOSES, proposal_form, proposal_page
from facility.awards.queries import awards
from facility.awards.service.accepting import accept_award
from facility.awards.service.withdrawal import propose_withdrawal, settle_withdrawal
from facility.proposals import Settlement
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.filters import day
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _, filled
from facility.web.reasons import reason_of

AUTHORISES = {"allow": allow(Role.AUTHORISING)}
LAPSE = "/awards/{award_id:uuid}/lapse"
NOT_ACCEPTED = N_("The lead did not accept the award by {day}.")


@post(
    "/applications/{application_id:uuid}/result/accept",
    opt={"allow": allow(Role.OFFICER.when("application.lead"))},
)
async def accept(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """The lead accepts, and names who signs the agreement."""
    fields = Fields(form)
    named = {name: fields.text(name, missing=None) for name in ("signatory", "signatory_function")}
    async with redrawn(
        tx, fields, lambda read, status: result_page(view, read, application_id, fields, status)
    ):
        await accept_award(tx, application_id, **named)
    return view.go(f"/applications/{application_id}/result", _("You have accepted the award."))


@get(LAPSE, opt=PROPOSES)
async def lapse_form(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """Why the award is to lapse, and what would come of it."""
    acceptance = (await awards.award(read, award_id)).acceptance
    reason = acceptance and filled(NOT_ACCEPTED, day=day(acceptance.accept_by))
    return await proposal_form(view, read, award_id, Fields.showing({"reason": reason or ""}), lapse=True)


@post(LAPSE, opt=PROPOSES)
async def propose_lapse(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for letting the award lapse."))
    async with redrawn(
        tx, fields, lambda read, status: proposal_form(view, read, award_id, fields, status, lapse=True)
    ):
        await propose_withdrawal(tx, award_id, reason=reason, lapse=True)
    return view.go(
        f"/awards/{award_id}/lapse/proposal",
        _("Your proposal is sent. An authorising officer decides. Until then the lead can still accept."),
    )


@get(f"{LAPSE}/proposal", opt=DECIDES)
async def lapse(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """The proposal that the award lapses, and what would come of it now."""
    return await proposal_page(view, read, award_id, Fields.showing(), lapse=True)


@post(f"{LAPSE}/proposal/agree", opt=AUTHORISES)
async def agree_to_lapse(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """The award lapses; its money goes to the reserve list at once."""
    fields = Fields(form)
    proposal, seen = fields.key("proposal"), fields.hidden("seen")
    fields.check()
    served = await settle_withdrawal(tx, award_id, proposal, Settlement.AGREED, seen=seen, lapse=True)
    return view.go(f"/awards/{award_id}", with_served(_("The award has lapsed."), len(served)))


@post(f"{LAPSE}/proposal/refuse", opt=AUTHORISES)
async def refuse_lapse(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """The lead may still accept, for a reason."""
    fields = Fields(form)
    proposal = fields.key("proposal")
    answer = refusal_reason(fields)

    async def again(read: Any, status: int) -> Page:
        return await proposal_page(view, read, award_id, fields, status, lapse=True)

    async with redrawn(tx, fields, again):
        await settle_withdrawal(tx, award_id, proposal, Settlement.REFUSED, answer=answer, lapse=True)
    return view.go(f"/awards/{award_id}", _("The award does not lapse. The lead can still accept it."))


@post(f"{LAPSE}/proposal/take-back", opt=PROPOSES)
async def take_back_lapse(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    proposal = fields.key("proposal")
    fields.check()
    await settle_withdrawal(tx, award_id, proposal, Settlement.TAKEN_BACK, lapse=True)
    return view.go(f"/awards/{award_id}", _("You have taken the proposal back. The lead can still accept."))


HANDLERS = [accept, lapse_form, propose_lapse, lapse, agree_to_lapse, refuse_lapse, take_back_lapse]
