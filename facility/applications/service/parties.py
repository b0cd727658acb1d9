"""Partner institutions of a draft: their roles, amounts and contacts."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.accounts.service.institutions import chosen
from facility.applications.events import PartnerRemoved
from facility.applications.models.application import Application, Party
from facility.applications.rules.drafting import may_edit
from facility.applications.rules.entries import EntryKind, entry_key, party_answers
from facility.applications.rules.parties import Confirmation
from facility.applications.service.amounts import add_up, section_of
from facility.applications.service.change_requests import drop_request
from facility.applications.service.confirmations import PURPOSE, send_link
from facility.applications.service.editing import changed, check_version, lock_draft, lock_party
from facility.applications.service.entries import Saving
from facility.applications.service.unsaved import drop_typed
from facility.calls.rules.forms import SectionKind
from facility.db import Tx, new_id
from facility.events.log import record
from facility.outbox.links import revoke_links
from facility.refused import refuse


async def add_party(
    tx: Tx,
    application_id: UUID,
    *,
    institution_id: UUID,
    role: str,
    amount: Decimal,
    contact_name: str,
    contact_email: str,
    seen: int | None = None,
    may_void: bool = True,
) -> Party:
    """A further partner; amount in EUR. Nobody is told before `invite_party`. seen: how many had been added when the editor
    opened the form (None: any number).

    Refused: "not_a_draft", "already_party", "partner_is_lead", "institution_unknown", "edited_meanwhile", and "voids_confirmations" unless may_void.
    """
    application = await lock_draft(tx, application_id)
    particulars = party_answers(
        role=role, amount=amount, contact_name=contact_name, contact_email=contact_email
    )
    given = {"institution_id": str(institution_id), **particulars}
    saving = await Saving.of(tx, application, entry_key(EntryKind.PARTY), {}, given, seen=seen)
    party = await new_party(
        tx,
        application,
        institution_id=institution_id,
        role=role,
        amount=amount,
        contact_name=contact_name,
        contact_email=contact_email,
    )
    await add_up(tx, application)
    await changed(tx, application, {"partners", "requested"}, may_void=may_void)
    await saving.done(tx)
    return party


async def new_party(
    tx: Tx,
    application: Application,
    *,
    institution_id: UUID,
    role: str,
    amount: Decimal,
    contact_name: str,
    contact_email: str,
) -> Party:
    """The row of a further partner of this draft, which is locked; what follows from it is the caller's business.

    Refused (invalid): "already_party", "partner_is_lead", "institution_unknown".
    """
    institution = await chosen(tx, institution_id, field="institution_id")
    party = Party(
        id=new_id(),
        application_id=application.id,
        institution_id=institution.id,
        beneficiary_code=institution.beneficiary_code,
        is_lead=False,
        added_at=tx.now,
        position=await _next_position(tx, application, institution.id),
        role=role,
        amount=amount,
        contact_name=contact_name,
        contact_email=contact_email,
    )
    tx.add(party)
    await tx.flush()
    return party


async def _next_position(tx: Tx, application: Application, institution_id: UUID) -> int:
    if institution_id == application.lead_institution_id:
        refuse("partner_is_lead", kind="invalid", field="institution_id")
    rows = await tx.session.execute(
        select(Party.institution_id, Party.position, Party.on_board).where(
            Party.application_id == application.id
        )
    )
    known = rows.all()
    if any(row.institution_id == institution_id and row.on_board for row in known):
        refuse("already_party", kind="invalid", field="institution_id")
    return 1 + max(int(row.position) for row in known)


async def change_party(
    tx: Tx,
    party_id: UUID,
    *,
    role: str | None = None,
    amount: Decimal | None = None,
    contact_name: str | None = None,
    contact_email: str | None = None,
    seen: int | None = None,
    may_void: bool = True,
) -> Party:
    """Change what is given (None: as it is), of the lead's own part too. Role and amount are what partners confirm; where
    the call asks for a budget by lines, the amount follows from them and is left as it is. seen: the version of the party that
    the editor saw (None: whatever it is).

    A new address for a partner that was asked and has not answered gets a new link at once; the old one stops working.
    """
    application, party = await lock_party(tx, party_id)
    may_edit(editable=application.editable)
    if await section_of(tx, application, SectionKind.BUDGET):
        amount = None  # it follows from the lines
    given = {"role": role, "amount": amount, "contact_name": contact_name, "contact_email": contact_email}
    new = {name: value for name, value in given.items() if value not in (None, getattr(party, name))}
    before = {name: getattr(party, name) for name in ("role", "amount", "contact_name", "contact_email")}
    answers = [party_answers(**each) for each in (before, {**before, **new})]
    key = entry_key(EntryKind.PARTY, party_id)
    fields = [name for name, value in given.items() if value is not None]
    saving = await Saving.of(tx, application, key, *answers, seen=seen, fields=fields)
    for name, value in new.items():
        setattr(party, name, value)
    if new.keys() & {"role", "amount"}:
        await add_up(tx, application)
        await changed(tx, application, {"partners", "requested"}, may_void=may_void)
    elif new:
        application.saved_at = tx.now
    await saving.done(tx)
    if "contact_email" in new and party.confirmation in (Confirmation.INVITED, Confirmation.VOID):
        await send_link(tx, application, party)
    return party


async def remove_party(
    tx: Tx, party_id: UUID, *, version: int | None = None, may_void: bool = True
) -> Application:
    """Take a partner out of the draft; its link stops working. The row stays, since the history names it."""
    application, party = await lock_party(tx, party_id)
    may_edit(editable=application.editable)
    check_version(application, version)
    if party.is_lead:
        refuse("lead_cannot_leave")
    if not party.on_board:
        refuse("left")
    await take_out(tx, party)
    await add_up(tx, application)
    await changed(tx, application, {"partners", "requested"}, may_void=may_void)
    await record(tx, PartnerRemoved(application_id=application.id, party_id=party_id))
    return application


async def take_out(tx: Tx, party: Party) -> None:
    """The party, which is locked, no longer takes part; its row stays, its link stops working, and what anybody had typed about
    it ends."""
    party.left_at = tx.now
    party.confirmation = Confirmation.NONE
    await drop_request(tx, party.id)
    await drop_typed(tx, party)
    await revoke_links(tx, PURPOSE, party.id)


async def set_lead_amount(tx: Tx, application_id: UUID, amount: Decimal) -> Party:
    """`change_party` of the lead's own part: its amount in EUR."""
    party_id = await tx.session.scalar(
        select(Party.id).where(Party.application_id == application_id, Party.is_lead)
    )
    if party_id is None:
        refuse("not_found", kind="missing", what="application")
    return await change_party(tx, party_id, amount=amount)
