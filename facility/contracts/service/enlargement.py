"""Enlarging an envelope, which takes two people: whoever waits on a reserve list gets the money."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.contracts.events import EnlargementProposed, EnlargementSettled
from facility.contracts.models import Envelope, EnvelopeEnlargement
from facility.contracts.service.money import lock_envelope, may_hold, set_amount
from facility.db import Tx, new_id
from facility.events.log import record
from facility.proposals import Settlement, may_propose, settle
from facility.refused import refuse


async def propose_enlargement(
    tx: Tx, envelope_id: UUID, amount: Decimal, *, reason: str
) -> EnvelopeEnlargement:
    """Propose that the envelope hold more, EUR. The same once more by the same person changes nothing.

    Raises Refused: service.may_hold, "not_larger", "reason_missing" (invalid), "enlargement_proposed" while another
    proposal stands.
    """
    assert tx.actor is not None, "money is proposed by people"
    envelope = await lock_envelope(tx, envelope_id)
    await may_hold(tx, envelope, amount)
    if amount <= envelope.amount:
        refuse("not_larger", kind="invalid", field="amount")
    may_propose(reason)
    if standing := await _standing(tx, envelope_id):
        if (standing.amount, standing.reason, standing.proposed_by) == (amount, reason.strip(), tx.actor):
            return standing
        refuse("enlargement_proposed")
    enlargement = EnvelopeEnlargement(
        id=new_id(),
        envelope_id=envelope_id,
        amount=amount,
        computed_on=envelope.amount,
        reason=reason.strip(),
        proposed_by=tx.actor,
        proposed_at=tx.now,
    )
    tx.add(enlargement)
    await tx.flush()
    event = EnlargementProposed(
        envelope_id=envelope_id,
        contract_id=envelope.contract_id,
        enlargement_id=enlargement.id,
        old=envelope.amount,
        new=amount,
    )
    await record(tx, event)
    return enlargement


async def _standing(tx: Tx, envelope_id: UUID) -> EnvelopeEnlargement | None:
    query = select(EnvelopeEnlargement).filter_by(envelope_id=envelope_id, outcome=None)
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def settle_enlargement(
    tx: Tx, envelope_id: UUID, enlargement_id: UUID, outcome: Settlement, *, answer: str = ""
) -> Envelope:
    """A second person agrees, which enlarges the envelope, or refuses with an answer; or the proposer takes it back.

    Whom the reserve lists serve by it is the awards' business. Raises Refused: missing, proposals.settle; and to agree
    "computed_on_another" where the envelope holds another amount by now, service.may_hold.
    """
    envelope = await lock_envelope(tx, envelope_id)
    enlargement = await tx.lock(EnvelopeEnlargement, enlargement_id)
    if enlargement.envelope_id != envelope_id:
        refuse("not_found", kind="missing", what="proposal")
    settle(tx, enlargement, outcome, answer)
    event = EnlargementSettled(
        envelope_id=envelope_id,
        contract_id=envelope.contract_id,
        enlargement_id=enlargement_id,
        outcome=outcome,
    )
    await record(tx, event)
    if outcome is Settlement.AGREED:
        if envelope.amount != enlargement.computed_on:
            refuse("computed_on_another")
        await may_hold(tx, envelope, enlargement.amount)
        await set_amount(tx, envelope, enlargement.amount)
    return envelope
