"""How awards and places on a reserve list end, and whom the money serves that comes free."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.rules.parties import enough_beneficiaries
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.ending import end_what_is_open
from facility.awards.events.awards import (
    AwardEnded,
    ClosingProposed,
    EndKind,
    ReductionSettled,
    WithdrawalSettled,
)
from facility.awards.events.decisions import ReserveEnded
from facility.awards.models.award import Award, AwardReduction, AwardWithdrawal
from facility.awards.models.decision import ReserveEntry, ReserveState
from facility.awards.rules.acceptance import Outcome
from facility.awards.rules.awards import final_commitment, may_close, may_end
from facility.awards.service import reserve
from facility.awards.service.acceptance import open_acceptance, settle_acceptance
from facility.awards.service.held_money import cancel_offer
from facility.awards.service.shared import LOST, NOTHING, acting, lock_money
from facility.calls.models.call import Call
from facility.calls.service.reading import rules_of
from facility.contracts.models import Envelope
from facility.contracts.service.money import commit, free_in, lock_envelope
from facility.db import Tx
from facility.evaluation.queries.standing import on_board
from facility.events.log import record
from facility.proposals import Settlement, settle
from facility.refused import refuse


async def propose_closing(tx: Tx, award_id: UUID, *, final_cost: Decimal, reason: str) -> Award:
    """Propose to close a standing award at this final cost (EUR), with a reason; anew replaces the proposal, the same once
    more by the same person changes nothing.

    Refused: "not_an_award" (conflict), "negative" or "reason_missing" (invalid).
    """
    unlocked = await tx.get(Award, award_id)
    await lock_envelope(tx, unlocked.envelope_id)
    application = await tx.lock(Application, unlocked.application_id)
    may_end(ApplicationStatus(application.status))
    if not final_cost >= 0:
        refuse("negative", kind="invalid", field="final_cost")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    award = await tx.lock(Award, award_id)
    proposed = (final_cost, reason.strip(), acting(tx))
    if (award.final_cost, award.closing_reason, award.closing_proposed_by) == proposed:
        return award
    award.final_cost, award.closing_reason, award.closing_proposed_by = proposed
    award.closing_proposed_at = tx.now
    await tx.flush()
    await record(tx, ClosingProposed(award_id=award_id, application_id=application.id, final_cost=final_cost))
    return award


async def close_award(tx: Tx, award_id: UUID, *, seen: Decimal | None = None) -> list[UUID]:
    """Close the award at the proposed final cost, by a second person, and serve the reserve with what comes free.

    `seen`: the final cost that this person was shown. Returns the applications that got an award by it.
    Refused: "closing_not_proposed", "changed_since_shown", rules.may_close.
    """
    unlocked = await tx.get(Award, award_id)
    envelope, call = await lock_money(tx, unlocked.call_id)
    award = await tx.lock(Award, award_id)
    status = ApplicationStatus((await _fresh(tx, award.application_id)).status)
    may_end(status)
    if award.final_cost is None or award.closing_proposed_by is None:
        refuse("closing_not_proposed")
    if seen is not None and seen != award.final_cost:
        refuse("changed_since_shown")
    may_close(status, award.final_cost, award.closing_proposed_by, acting(tx))
    award.closed_by = tx.actor
    committed = final_commitment(award.amount, award.final_cost)
    return await end_award(tx, envelope, call, award, "closed", committed, award.closing_reason)


async def withdraw_award(tx: Tx, application_id: UUID, reason: str) -> list[UUID]:
    """The lead gives up its award or its place on the reserve list: it ends as withdrawn, and the reserve is served. On the
    facility's side two people do that (service.withdrawal).

    Returns the applications that got an award by it. Refused: "not_an_award", "reason_missing" (invalid).
    """
    application = await tx.get(Application, application_id)
    envelope, call = await lock_money(tx, application.call_id)
    award = await standing_award(tx, application_id)
    entry = None if award else await _waiting_entry(tx, application_id)
    if award is None and entry is None:
        refuse("not_an_award", status=(await _fresh(tx, application_id)).status)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    if award is not None:
        return await end_award(
            tx, envelope, call, award, "withdrawn", NOTHING, reason.strip(), answer="refused"
        )
    assert entry is not None
    return await _end_place(tx, envelope, call, entry, "withdrawn", reason.strip())


async def end_ineligible(tx: Tx, application_id: UUID) -> list[UUID]:
    """End an award or a place on the reserve list whose parties on board have too few beneficiaries left.

    Nothing happens when there is neither, or enough are still on board. Returns who got an award by it.
    """
    application = await tx.get(Application, application_id)
    if (await tx.get(Call, application.call_id)).decided_at is None:
        return []  # the decision asks anew who is still on board
    envelope, call = await lock_money(tx, application.call_id)
    award = await standing_award(tx, application_id)
    entry = None if award else await _waiting_entry(tx, application_id)
    codes = (await on_board(tx.session, [application_id])).get(application_id, ())
    exceptional = award is not None and award.exceptional
    if enough_beneficiaries(codes, 1 if exceptional else rules_of(call).min_beneficiaries):
        return []
    if award is not None:
        return await end_award(tx, envelope, call, award, "ineligible", NOTHING, None)
    if entry is not None:
        return await _end_place(tx, envelope, call, entry, "ineligible", None)
    return []


async def serve_envelope(tx: Tx, envelope_id: UUID, *, first: UUID | None = None) -> list[UUID]:
    """Serve the reserve lists on an envelope in which money has come free; `first`: that of this call before others. Returns who got an
    award by it."""
    envelope = await lock_envelope(tx, envelope_id)
    free = await free_in(tx, envelope)
    served = await reserve.plan(tx.session, envelope.id, free, first=first, freed=NOTHING, at=tx.now)
    applications = await reserve.lock_applications(tx, served)
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def standing_award(tx: Tx, application_id: UUID) -> Award | None:
    """The application's award, as it is now, unless it has ended (a closed award is no award any more)."""
    query = select(Award).where(Award.application_id == application_id, Award.stands)
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def end_award(
    tx: Tx,
    envelope: Envelope,
    call: Call,
    award: Award,
    how: EndKind,
    committed: Decimal,
    reason: str | None,
    *,
    answer: Outcome = "ended",
) -> list[UUID]:
    """`answer`: what became of the question whether the lead accepts, where it was open."""
    freed = award.committed - committed
    ending = None if how == "closed" else award.application_id
    free = await free_in(tx, envelope)
    served = await reserve.plan_after(tx.session, award, free, freed, ending=ending, at=tx.now)
    applications = await reserve.lock_applications(tx, [award.application_id, *served])
    old = award.committed
    award.committed, award.ended_at, award.end_kind, award.end_reason = committed, tx.now, how, reason
    await _leave(tx, applications[award.application_id], how)
    await end_withdrawal_proposal(tx, award)
    await _end_reductions(tx, award)
    await tx.flush()
    if acceptance := await open_acceptance(tx, award.id):
        await settle_acceptance(tx, award, answer, acceptance)
    await commit(tx, envelope, award_id=award.id, old=old, new=committed)
    await record(
        tx,
        AwardEnded(
            award_id=award.id,
            application_id=award.application_id,
            call_id=award.call_id,
            how=how,
            committed=committed,
            freed=freed,
            exceptional=award.exceptional,
        ),
    )
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def end_withdrawal_proposal(tx: Tx, award: Award, *, only_lapse: bool = False) -> None:
    """A proposal to withdraw this award lapses, since the award has ended. only_lapse: only a proposal that the award
    lapses, since the lead has accepted."""
    query = select(AwardWithdrawal).filter_by(award_id=award.id, outcome=None)
    if only_lapse:
        query = query.where(AwardWithdrawal.lapse)
    locked = query.with_for_update().execution_options(populate_existing=True)
    if proposal := (await tx.session.scalars(locked)).first():
        await settled(tx, award, settle(tx, proposal, Settlement.LAPSED))


async def _end_reductions(tx: Tx, award: Award) -> None:
    """Proposals to take a partner's part off this award lapse, since it has ended."""
    query = select(AwardReduction).filter_by(award_id=award.id, outcome=None).order_by(AwardReduction.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    for proposal in (await tx.session.scalars(locked)).all():
        await reduction_settled(tx, award, settle(tx, proposal, Settlement.LAPSED))


async def settled(tx: Tx, award: Award, proposal: AwardWithdrawal) -> None:
    """Record what became of a proposal to withdraw the award."""
    assert proposal.outcome is not None
    event = WithdrawalSettled(
        award_id=award.id,
        application_id=award.application_id,
        withdrawal_id=proposal.id,
        outcome=Settlement(proposal.outcome),
    )
    await record(tx, event)


async def reduction_settled(tx: Tx, award: Award, proposal: AwardReduction) -> None:
    """Record what became of a proposal to take a partner's part off the award."""
    assert proposal.outcome is not None
    event = ReductionSettled(
        award_id=award.id,
        application_id=award.application_id,
        reduction_id=proposal.id,
        outcome=Settlement(proposal.outcome),
    )
    await record(tx, event)


async def _end_place(
    tx: Tx, envelope: Envelope, call: Call, entry: ReserveEntry, how: EndKind, reason: str | None
) -> list[UUID]:
    await cancel_offer(tx, envelope, entry.application_id)
    free = await free_in(tx, envelope)
    served = await reserve.plan(
        tx.session, envelope.id, free, first=call.id, freed=NOTHING, leaving=entry.application_id, at=tx.now
    )
    applications = await reserve.lock_applications(tx, [entry.application_id, *served])
    entry.state, entry.ended_at, entry.end_reason = ReserveState(how), tx.now, reason
    await _leave(tx, applications[entry.application_id], how)
    await tx.flush()
    assert how != "closed"
    await record(tx, ReserveEnded(application_id=entry.application_id, call_id=entry.call_id, how=how))
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def _leave(tx: Tx, application: Application, how: EndKind) -> None:
    await move(tx, application, ApplicationStatus(how), reasons=(LOST,) if how == "ineligible" else ())
    if how == "withdrawn":
        application.withdrawn_at = tx.now
    await end_what_is_open(tx, [application.id])


async def _waiting_entry(tx: Tx, application_id: UUID) -> ReserveEntry | None:
    query = select(ReserveEntry).where(
        ReserveEntry.application_id == application_id, ReserveEntry.state == ReserveState.WAITING
    )
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _fresh(tx: Tx, application_id: UUID) -> Application:
    return await tx.session.get_one(Application, application_id, populate_existing=True)
