"""Asking partners to confirm, and their answers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from facility.applications.events import PartnerConfirmed, PartnerDeclined, PartnerInvited
from facility.applications.models.application import Application, Party
from facility.applications.queries.content import track_of
from facility.applications.rules.confirmation import (
    ASKED_ONCE_WITHIN,
    ASKED_WITHIN,
    may_answer_confirmation,
    may_ask_again,
    may_confirm,
    may_decline,
)
from facility.applications.rules.ending import may_still_answer
from facility.applications.rules.parties import Confirmation
from facility.applications.service.change_requests import drop_request
from facility.applications.service.confirmed_content import keep_confirmed
from facility.applications.service.editing import lock_party, status_of
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Tx
from facility.events.log import record
from facility.outbox.links import check_link, find_link, revoke_links, use_link
from facility.outbox.models import Link
from facility.refused import refuse

PURPOSE = "partner"
"""Of the links by which partners see and answer."""
UNANSWERED = (Confirmation.INVITED, Confirmation.VOID)
"""Who was asked to confirm, and has not answered."""


async def invite_party(tx: Tx, party_id: UUID) -> Party:
    """Ask a partner to confirm, for the first time or again: a mail with a new link; the old one stops working. Nothing
    happens where the same person has asked it a moment ago.

    Refused: "not_a_draft", "left", "already_confirmed", "lead_needs_no_confirmation", "contact_missing", "asked_enough",
    "application_ended".
    """
    application, party = await lock_party(tx, party_id)
    may_answer_confirmation(
        editable=application.editable,
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=False,
        left=not party.on_board,
    )
    call = await tx.get(Call, application.call_id)
    may_still_answer(status_of(application), track_of(application), CallState(call.state))
    if party.is_lead:
        refuse("lead_needs_no_confirmation")
    if not party.contact_email:
        refuse("contact_missing")
    if party.confirmation in UNANSWERED and await _just_asked(tx, party):
        return party
    may_ask_again(await _asked(tx, party, ASKED_WITHIN))
    await send_link(tx, application, party)
    return party


async def _just_asked(tx: Tx, party: Party) -> bool:
    return tx.actor is not None and await _asked(tx, party, ASKED_ONCE_WITHIN, by=tx.actor) > 0


async def _asked(tx: Tx, party: Party, within: timedelta, *, by: UUID | None = None) -> int:
    """How often it was asked lately, by this person or by anybody."""
    count = text(
        """
        SELECT count(*) FROM event WHERE subject_id = :application AND kind = 'PartnerInvited'
            AND data ->> 'party_id' = :party AND recorded_at > :since
            AND (CAST(:by AS uuid) IS NULL OR actor_id = :by)
        """
    )
    values = {
        "application": party.application_id,
        "party": str(party.id),
        "since": tx.now - within,
        "by": by,
    }
    return int((await tx.session.execute(count, values)).scalar_one())


async def send_link(tx: Tx, application: Application, party: Party) -> None:
    """Make any old link void now and have a new one sent (by a reaction). A void confirmation stays marked as such."""
    await revoke_links(tx, PURPOSE, party.id)
    if party.confirmation != Confirmation.VOID:
        party.confirmation = Confirmation.INVITED
    party.invited_at = tx.now
    await record(tx, PartnerInvited(application_id=application.id, party_id=party.id))


async def confirm_party(
    tx: Tx, party_id: UUID, *, signatory_name: str, signatory_function: str, seen: str | None = None
) -> Party:
    """The partner confirms the application as it stands, by a named signatory; what it confirmed is kept.

    seen: the seal of what the signatory was shown. Refused: as `rules.may_confirm`, "edited_meanwhile",
    "own_part_incomplete" (invalid).
    """
    application, party = await lock_party(tx, party_id)
    may_confirm(
        editable=application.editable,
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=party.confirmation == Confirmation.DECLINED,
        left=not party.on_board,
        signatory=signatory_name,
    )
    await keep_confirmed(tx, application, party, seen)
    await drop_request(tx, party.id)
    party.confirmation = Confirmation.CONFIRMED
    party.signatory_name = signatory_name.strip()
    party.signatory_function = signatory_function.strip()
    party.confirmed_at = tx.now
    party.confirmed_version = application.version
    await record(
        tx,
        PartnerConfirmed(application_id=application.id, party_id=party.id, version=application.version),
    )
    return party


async def decline_party(tx: Tx, party_id: UUID, *, reason: str) -> Party:
    """The partner says no. Refused: as `rules.may_decline`."""
    application, party = await lock_party(tx, party_id)
    may_decline(
        editable=application.editable,
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=party.confirmation == Confirmation.DECLINED,
        left=not party.on_board,
        reason=reason,
    )
    await drop_request(tx, party.id)
    party.confirmation = Confirmation.DECLINED
    party.declined_at = tx.now
    party.decline_reason = reason.strip()
    await record(tx, PartnerDeclined(application_id=application.id, party_id=party.id))
    return party


async def party_by_link(tx: Tx, token: str) -> UUID:
    """The party whose link this is, locked with its application, if the link can still be answered; it stays good.

    Refused: link_unknown (missing), link_used, link_revoked.
    """
    return (await _locked(tx, token)).subject_id


async def use_party_link(tx: Tx, token: str) -> UUID:
    """`party_by_link`, and the link is used up."""
    link = await _locked(tx, token)
    use_link(tx, link)
    return link.subject_id


async def _locked(tx: Tx, token: str) -> Link:
    # The application is locked before the link: an edit that revokes links goes the same way.
    await lock_party(tx, (await find_link(tx, PURPOSE, token, lock=False)).subject_id)
    link = await find_link(tx, PURPOSE, token)
    check_link(link, tx.now)
    return link
