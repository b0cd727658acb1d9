"""Another institution in the place of a partner."""

from uuid import UUID

from sqlalchemy import update

from facility.applications.events import PartnerReplaced
from facility.applications.models.application import Party
from facility.applications.models.budget import BudgetLine, PlannedPeople
from facility.applications.rules.confirmation import may_replace
from facility.applications.service.amounts import add_up
from facility.applications.service.confirmations import send_link
from facility.applications.service.editing import changed, check_version, lock_party
from facility.applications.service.parties import new_party, take_out
from facility.db import Tx
from facility.events.log import record


async def replace_party(
    tx: Tx,
    party_id: UUID,
    *,
    institution_id: UUID,
    contact_name: str,
    contact_email: str,
    version: int | None = None,
    may_void: bool = True,
) -> Party:
    """A partner goes and another comes, in one step, with the same role, amount, lines of the budget and participants; the
    new one is asked at once. What the old one wrote in its own part stays behind with it.

    Refused: as `rules.may_replace`, "edited_meanwhile", "already_party" and "partner_is_lead" (invalid), and
    "voids_confirmations" unless may_void.
    """
    application, old = await lock_party(tx, party_id)
    may_replace(editable=application.editable, is_lead=old.is_lead, left=not old.on_board)
    check_version(application, version)
    new = await new_party(
        tx,
        application,
        institution_id=institution_id,
        role=old.role,
        amount=old.amount,
        contact_name=contact_name,
        contact_email=contact_email,
    )
    await take_out(tx, old)
    old.replaced_by = new.id
    for table in (BudgetLine, PlannedPeople):
        await tx.session.execute(update(table).where(table.party_id == old.id).values(party_id=new.id))
    await add_up(tx, application)
    await changed(tx, application, {"partners", "requested"}, may_void=may_void)
    await record(tx, PartnerReplaced(application_id=application.id, party_id=old.id, by_party_id=new.id))
    await send_link(tx, application, new)
    return new
