"""Keeping an award out of the public list, and letting it in again."""

from uuid import UUID

from sqlalchemy import select

from facility.admission.service.initiatives import show_initiative
from facility.awards.events.awards import PublicationWithheld, WithholdingLifted
from facility.awards.models.award import Award, Withholding
from facility.awards.rules.publication import Why
from facility.awards.service.shared import acting
from facility.db import Tx, new_id
from facility.events.log import record
from facility.proposals import may_propose
from facility.refused import refuse


async def withhold(tx: Tx, award_id: UUID, *, why: Why, reason: str) -> Withholding:
    """Keep the award out of the public list, also before it is signed; later applicants don't read of it either.

    Refused: "not_an_award", "withheld" where it is already, "reason_missing" (invalid).
    """
    award = await tx.lock(Award, award_id)
    if not award.kept:
        refuse("not_an_award")
    may_propose(reason)
    if await standing_withholding(tx, award_id):
        refuse("withheld")
    made = Withholding(
        id=new_id(),
        award_id=award_id,
        why=why,
        reason=reason.strip(),
        withheld_by=acting(tx),
        withheld_at=tx.now,
    )
    tx.add(made)
    await show_initiative(tx, award.application_id, public=False)
    await tx.flush()
    event = PublicationWithheld(
        award_id=award_id, application_id=award.application_id, withholding_id=made.id, why=why
    )
    await record(tx, event)
    return made


async def lift_withholding(tx: Tx, award_id: UUID, *, reason: str) -> None:
    """Let the award into the public list, as soon as it is signed. Refused: "not_withheld", "reason_missing" (invalid)."""
    award = await tx.lock(Award, award_id)
    may_propose(reason)
    standing = await standing_withholding(tx, award_id) or refuse("not_withheld")
    standing.lifted_by, standing.lifted_at, standing.lift_reason = acting(tx), tx.now, reason.strip()
    await show_initiative(tx, award.application_id, public=True)
    await tx.flush()
    event = WithholdingLifted(
        award_id=award_id, application_id=award.application_id, withholding_id=standing.id
    )
    await record(tx, event)


async def standing_withholding(tx: Tx, award_id: UUID) -> Withholding | None:
    """What keeps the award out of the public list now."""
    query = select(Withholding).filter_by(award_id=award_id, lifted_at=None)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).first()
