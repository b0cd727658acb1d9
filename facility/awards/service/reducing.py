"""A partner that leaves after the award frees what was theirs, by a decision: proposed by the secretariat, decided by an authorising
officer. The award goes on, and what comes free serves the reserve list."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from facility.applications.models.application import Application, Party
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.applications.service.editing import status_of
from facility.awards.events.awards import AwardReduced, ReductionProposed
from facility.awards.models.award import Award, AwardReduction
from facility.awards.models.offer import PART_SQL
from facility.awards.rules.awards import part_to_take_off
from facility.awards.service import reserve
from facility.awards.service.consequences import of_reducing
from facility.awards.service.ending import reduction_settled
from facility.awards.service.shared import acting, lock_money
from facility.contracts.models import Envelope
from facility.contracts.service.money import commit, free_in, lock_envelope
from facility.db import Tx, new_id
from facility.events.log import record
from facility.proposals import Settlement, may_propose, settle
from facility.refused import refuse

_PART = text(f"SELECT {PART_SQL} FROM party WHERE party.id = :party")  # noqa: S608 - our own text


async def propose_reduction(tx: Tx, award_id: UUID, party_id: UUID, *, reason: str) -> AwardReduction:
    """Propose to take the part of this partner off the award. The same once more by the same person changes nothing.

    Refused: missing, "reason_missing" (invalid), "reduction_proposed" while another proposal stands, "reduced" once one was
    agreed to, rules.part_to_take_off.
    """
    unlocked = await tx.get(Award, award_id)
    await lock_envelope(tx, unlocked.envelope_id)
    application = await tx.lock(Application, unlocked.application_id)
    award = await tx.lock(Award, award_id)
    part = await _part(tx, application, award, party_id)
    may_propose(reason)
    if known := await _known(tx, party_id):
        same = (known.outcome, known.reason, known.proposed_by) == (None, reason.strip(), acting(tx))
        return known if same else refuse("reduced" if known.outcome else "reduction_proposed")
    reduction = AwardReduction(
        id=new_id(),
        award_id=award_id,
        party_id=party_id,
        amount=part,
        reason=reason.strip(),
        proposed_by=acting(tx),
        proposed_at=tx.now,
    )
    tx.add(reduction)
    await tx.flush()
    event = ReductionProposed(
        award_id=award_id, application_id=application.id, reduction_id=reduction.id, amount=part
    )
    await record(tx, event)
    return reduction


async def settle_reduction(
    tx: Tx,
    award_id: UUID,
    reduction_id: UUID,
    outcome: Settlement,
    *,
    answer: str = "",
    seen: str | None = None,
) -> list[UUID]:
    """An authorising officer agrees, which reduces the award and serves the reserve, or refuses with an answer; or the proposer
    takes it back. Returns the applications that got an award by it.

    `seen`: the fingerprint of the consequence that this person was shown. Refused: missing, proposals.settle; where it is agreed
    to "changed_since_shown", "shut_out" (forbidden), rules.part_to_take_off.
    """
    envelope, _call = await lock_money(tx, (await tx.get(Award, award_id)).call_id)
    award = await tx.lock(Award, award_id)
    reduction = await tx.lock(AwardReduction, reduction_id)
    if reduction.award_id != award_id:
        refuse("not_found", kind="missing", what="proposal")
    settle(tx, reduction, outcome, answer)
    await reduction_settled(tx, award, reduction)
    if outcome is not Settlement.AGREED:
        return []
    application = await tx.lock(Application, award.application_id)
    part = await _part(tx, application, award, reduction.party_id)
    await tx.flush()
    shown = await of_reducing(await tx.session.connection(), award_id, part, tx.now)
    await refuse_shut_out(tx, [served.application_id for served in shown.served])
    if part != reduction.amount or seen not in (None, shown.fingerprint):
        refuse("changed_since_shown")
    return await _reduce(tx, envelope, award, reduction)


async def _reduce(tx: Tx, envelope: Envelope, award: Award, reduction: AwardReduction) -> list[UUID]:
    free, freed, old = await free_in(tx, envelope), reduction.amount, award.committed
    served = await reserve.plan_after(tx.session, award, free, freed, ending=None, at=tx.now)
    applications = await reserve.lock_applications(tx, [award.application_id, *served])
    award.amount = award.committed = old - freed
    await tx.flush()
    await commit(tx, envelope, award_id=award.id, old=old, new=award.committed)
    await record(
        tx,
        AwardReduced(
            award_id=award.id,
            application_id=award.application_id,
            call_id=award.call_id,
            party_id=reduction.party_id,
            amount=award.amount,
            freed=freed,
            exceptional=award.exceptional,
        ),
    )
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def _part(tx: Tx, application: Application, award: Award, party_id: UUID) -> Decimal:
    party = await tx.get(Party, party_id)
    if party.application_id != application.id:
        refuse("not_found", kind="missing", what="party")
    part = await tx.session.scalar(_PART, {"party": party_id})
    return part_to_take_off(
        status_of(application), award.amount, part, left_at=party.left_at, made_at=award.made_at
    )


async def _known(tx: Tx, party_id: UUID) -> AwardReduction | None:
    """The proposal that stands, or was agreed to."""
    query = select(AwardReduction).where(
        AwardReduction.party_id == party_id,
        AwardReduction.outcome.is_(None) | (AwardReduction.outcome == Settlement.AGREED),
    )
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).first()
