"""Withdrawing an award on the facility's side, which takes two people: its money goes to the reserve list at once."""

from uuid import UUID

from sqlalchemy import select

from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.awards.events.awards import WithdrawalProposed
from facility.awards.models.award import Award, AwardWithdrawal
from facility.awards.rules.acceptance import Outcome, may_lapse
from facility.awards.rules.awards import may_end
from facility.awards.service.acceptance import open_acceptance
from facility.awards.service.consequences import of_withdrawing
from facility.awards.service.ending import end_award, settled
from facility.awards.service.shared import NOTHING, acting, lock_money
from facility.contracts.service.money import lock_envelope
from facility.db import Tx, new_id
from facility.events.log import record
from facility.proposals import Settlement, may_propose, settle
from facility.refused import refuse


async def propose_withdrawal(tx: Tx, award_id: UUID, *, reason: str, lapse: bool = False) -> AwardWithdrawal:
    """Propose to withdraw a standing award. The same once more by the same person changes nothing. lapse: since its lead did
    not accept it in time; then an authorising officer decides.

    Refused: "not_an_award", "withdrawal_proposed" while another proposal stands, "reason_missing" (invalid); of a lapse,
    "nothing_to_accept", rules.acceptance.may_lapse.
    """
    unlocked = await tx.get(Award, award_id)
    await lock_envelope(tx, unlocked.envelope_id)
    application = await tx.lock(Application, unlocked.application_id)
    may_end(ApplicationStatus(application.status))
    may_propose(reason)
    award = await tx.lock(Award, award_id)
    if lapse:
        may_lapse((await open_acceptance(tx, award_id) or refuse("nothing_to_accept")).accept_by, tx.now)
    if standing := await _standing(tx, award_id):
        same = (standing.reason, standing.proposed_by, standing.lapse)
        if same == (reason.strip(), acting(tx), lapse):
            return standing
        refuse("withdrawal_proposed")
    withdrawal = AwardWithdrawal(
        id=new_id(),
        award_id=award_id,
        computed_on=award.committed,
        lapse=lapse,
        reason=reason.strip(),
        proposed_by=acting(tx),
        proposed_at=tx.now,
    )
    tx.add(withdrawal)
    await tx.flush()
    event = WithdrawalProposed(
        award_id=award_id,
        application_id=application.id,
        withdrawal_id=withdrawal.id,
        committed=award.committed,
        lapse=lapse,
    )
    await record(tx, event)
    return withdrawal


async def settle_withdrawal(
    tx: Tx,
    award_id: UUID,
    withdrawal_id: UUID,
    outcome: Settlement,
    *,
    answer: str = "",
    seen: str | None = None,
    lapse: bool = False,
) -> list[UUID]:
    """A second person agrees, which ends the award and serves the reserve, or refuses with an answer; or the proposer takes
    it back. Returns the applications that got an award by it.

    `seen`: the fingerprint of the consequence that this person was shown. `lapse`: the proposal is that the award lapses. Refused:
    missing, proposals.settle, "not_an_award",
    "changed_since_shown".
    """
    unlocked = await tx.get(Award, award_id)
    envelope, call = await lock_money(tx, unlocked.call_id)
    award = await tx.lock(Award, award_id)
    withdrawal = await tx.lock(AwardWithdrawal, withdrawal_id)
    if (withdrawal.award_id, withdrawal.lapse) != (award_id, lapse):
        refuse("not_found", kind="missing", what="proposal")
    settle(tx, withdrawal, outcome, answer)
    await settled(tx, award, withdrawal)
    if outcome is not Settlement.AGREED:
        return []
    may_end(ApplicationStatus((await tx.lock(Application, award.application_id)).status))
    await tx.flush()
    shown = await of_withdrawing(await tx.session.connection(), award_id, tx.now)
    await refuse_shut_out(tx, [award.application_id for award in shown.served])
    if seen is not None and seen != shown.fingerprint:
        refuse("changed_since_shown")
    question: Outcome = "lapsed" if lapse else "ended"
    return await end_award(
        tx, envelope, call, award, "withdrawn", NOTHING, withdrawal.reason, answer=question
    )


async def agree_to_withdrawal(tx: Tx, award_id: UUID, *, seen: str | None = None) -> list[UUID]:
    """`settle_withdrawal` of the proposal that stands, by a second person. Refused: also "proposal_settled" where none
    does."""
    standing = await _standing(tx, award_id) or refuse("proposal_settled")
    return await settle_withdrawal(
        tx, award_id, standing.id, Settlement.AGREED, seen=seen, lapse=standing.lapse
    )


async def _standing(tx: Tx, award_id: UUID) -> AwardWithdrawal | None:
    query = select(AwardWithdrawal).filter_by(award_id=award_id, outcome=None)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).first()
