"""Asking partners to confirm, and their answers."""

from uuid import UUID

from facility.applications import rules
from facility.applications.events import PartnerConfirmed, PartnerDeclined, PartnerInvited
from facility.applications.models import Application, Party
from facility.applications.rules import Confirmation
from facility.applications.service.changes import check_version, lock_party, status_of
from facility.db import Tx
from facility.events import record
from facility.outbox.links import find_link, revoke_links, use_link
from facility.refused import refuse

PURPOSE = "partner"
"""Of the links by which partners see and answer."""


async def invite_party(tx: Tx, party_id: UUID) -> Party:
    """Ask a partner to confirm, for the first time or again: a mail with a new link; the old one stops working.

    Refused: "not_a_draft", "left", "already_confirmed", "lead_needs_no_confirmation", "contact_missing".
    """
    application, party = await lock_party(tx, party_id)
    rules.may_answer_confirmation(
        status_of(application),
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=False,
        left=party.left_at is not None,
    )
    if party.is_lead:
        refuse("lead_needs_no_confirmation")
    if not party.contact_email:
        refuse("contact_missing")
    await send_link(tx, application, party)
    return party


async def send_link(tx: Tx, application: Application, party: Party) -> None:
    """Make any old link void now and have a new one sent (by a reaction). A void confirmation stays marked as such."""
    await revoke_links(tx, PURPOSE, party.id)
    if party.confirmation != Confirmation.VOID:
        party.confirmation = Confirmation.INVITED
    party.invited_at = tx.now
    await record(tx, PartnerInvited(application_id=application.id, party_id=party.id))


async def confirm_party(
    tx: Tx, party_id: UUID, *, signatory_name: str, signatory_function: str, version: int | None = None
) -> Party:
    """The partner confirms the application as it stands, by a named signatory.

    version: the one that the signatory was shown. Refused: as `rules.may_confirm`, "edited_meanwhile".
    """
    application, party = await lock_party(tx, party_id)
    rules.may_confirm(
        status_of(application),
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=party.confirmation == Confirmation.DECLINED,
        left=party.left_at is not None,
        signatory=signatory_name,
    )
    check_version(application, version)
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
    rules.may_decline(
        status_of(application),
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=party.confirmation == Confirmation.DECLINED,
        left=party.left_at is not None,
        reason=reason,
    )
    party.confirmation = Confirmation.DECLINED
    party.declined_at = tx.now
    party.decline_reason = reason.strip()
    await record(tx, PartnerDeclined(application_id=application.id, party_id=party.id))
    return party


async def confirm_by_link(
    tx: Tx, token: str, *, signatory_name: str, signatory_function: str, version: int
) -> Party:
    """`confirm_party` by whoever holds the link, which is used up by it (Refused also: link_used, link_revoked)."""
    party_id = await _use(tx, token)
    return await confirm_party(
        tx, party_id, signatory_name=signatory_name, signatory_function=signatory_function, version=version
    )


async def decline_by_link(tx: Tx, token: str, *, reason: str) -> Party:
    """`decline_party` by whoever holds the link."""
    return await decline_party(tx, await _use(tx, token), reason=reason)


async def _use(tx: Tx, token: str) -> UUID:
    # The application is locked before the link: an edit that revokes links goes the same way.
    party_id = (await find_link(tx, PURPOSE, token, lock=False)).subject_id
    await lock_party(tx, party_id)
    use_link(tx, await find_link(tx, PURPOSE, token))
    return party_id
