"""Letters between lead and partners: requests for a change, who goes and comes, reminders."""

from facility.applications.events import (
    ChangeAnswered,
    LeadToldWhoIsMissing,
    PartnerAskedForChange,
    PartnerReminded,
    PartnerRemoved,
    PartnerReplaced,
    PartnersNoLongerAsked,
)
from facility.applications.reactions.letters import ApplicationMails, send_link
from facility.applications.rules.change_requests import ChangeOutcome
from facility.applications.rules.status import ApplicationStatus
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.web.filters import instant
from facility.web.i18n import _


@reacts_to(PartnerAskedForChange)
async def tell_the_lead_what_is_wanted(tx: Tx, event: PartnerAskedForChange) -> None:
    """The lead learns that a partner wants something changed; what, stands on the page."""
    mails = await ApplicationMails.of(tx, event.application_id)
    await mails.write_lead(
        "change_wanted",
        _("A partner asks for a change in {reference}", reference=mails.application.reference),
        institution=mails.partner(event.party_id).institution,
    )


@reacts_to(ChangeAnswered)
async def tell_the_partner_the_answer(tx: Tx, event: ChangeAnswered) -> None:
    """The partner learns what came of it, with a link to confirm by."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _(
        "The lead has answered your request for a change in {reference}",
        reference=mails.application.reference,
    )
    done = event.outcome == ChangeOutcome.DONE
    await send_link(tx, mails, event.party_id, "change_answered", subject, asked_only=False, done=done)


@reacts_to(PartnerRemoved, PartnerReplaced)
async def tell_who_is_taken_out(tx: Tx, event: PartnerRemoved | PartnerReplaced) -> None:
    """A partner that had been asked learns that it is no longer one."""
    mails = await ApplicationMails.of(tx, event.application_id)
    partner = mails.partner(event.party_id)
    if partner.invited_at is None:
        return
    await mails.write(
        "removed",
        partner.contact_email,
        partner.contact_name,
        _("Your institution is no longer a partner in {reference}", reference=mails.application.reference),
        institution=partner.institution,
        replaced=isinstance(event, PartnerReplaced),
    )


@reacts_to(PartnersNoLongerAsked)
async def tell_who_need_not_answer(tx: Tx, event: PartnersNoLongerAsked) -> None:
    """Partners that had not answered learn that nothing needs to be done; of a cancelled call they are told anyway."""
    mails = await ApplicationMails.of(tx, event.application_id)
    call = await tx.get(Call, mails.application.call_id)
    if call.state == CallState.CANCELLED:
        return
    subject = _("You no longer need to answer on {reference}", reference=mails.application.reference)
    for party_id in event.party_ids:
        partner = mails.partner(party_id)
        await mails.write(
            "no_longer_asked",
            partner.contact_email,
            partner.contact_name,
            subject,
            stands=mails.application.status == ApplicationStatus.SUBMITTED,
        )


@reacts_to(PartnerReminded)
async def remind_the_partner(tx: Tx, event: PartnerReminded) -> None:
    """A partner that has not answered is reminded, with a link."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("Reminder: please confirm or decline {reference}", reference=mails.application.reference)
    await send_link(tx, mails, event.party_id, "reminder", subject)


@reacts_to(LeadToldWhoIsMissing)
async def tell_the_lead_who_is_missing(tx: Tx, event: LeadToldWhoIsMissing) -> None:
    """The lead learns shortly before the deadline whose confirmation is missing, unless all have come meanwhile."""
    mails = await ApplicationMails.of(tx, event.application_id)
    names = [partner.institution for partner in mails.parts.partners if not partner.confirmed]
    if not mails.application.editable or not names:
        return
    call = await tx.get(Call, mails.application.call_id)
    await mails.write_lead(
        "missing",
        _("Confirmations are missing for {reference}", reference=mails.application.reference),
        institutions=names,
        closes=instant(call.submit_by(tx.now)),
        rolling=bool(call.cut_offs),
    )
