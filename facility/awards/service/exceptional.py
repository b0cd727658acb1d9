"""An award on an approved exception, out of the envelope of the call under which it was handed in: proposed by the secretariat,
decided by an authorising officer. It stands in no ranking and takes nothing of the call's amount."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.admission.service.exceptions import handled_by
from facility.applications.models.application import Application
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.applications.service.editing import status_of
from facility.awards.events.awards import ExceptionalProposed, ExceptionalSettled
from facility.awards.models.award import Award, ExceptionalAward
from facility.awards.rules.awards import may_award_exception
from facility.awards.service.reserve import make_award
from facility.awards.service.shared import acting, lock_money
from facility.contracts.models import Envelope
from facility.contracts.service.money import free_in
from facility.db import Tx, new_id
from facility.events.log import record
from facility.proposals import Settlement, may_propose, settle
from facility.refused import refuse


async def propose_exceptional(tx: Tx, application_id: UUID, *, reason: str) -> ExceptionalAward:
    """Propose to award what the approved exception asks for. The same once more by the same person changes nothing.

    Refused: "reason_missing" (invalid), "shut_out" (forbidden), "exceptional_proposed" while another proposal stands,
    rules.may_award_exception.
    """
    _envelope, application = await _awardable(tx, application_id)
    may_propose(reason)
    if standing := await _standing(tx, application_id):
        if (standing.reason, standing.proposed_by) == (reason.strip(), acting(tx)):
            return standing
        refuse("exceptional_proposed")
    proposal = ExceptionalAward(
        id=new_id(),
        application_id=application_id,
        amount=application.requested,
        reason=reason.strip(),
        proposed_by=acting(tx),
        proposed_at=tx.now,
    )
    tx.add(proposal)
    await tx.flush()
    event = ExceptionalProposed(
        application_id=application_id,
        call_id=application.call_id,
        proposal_id=proposal.id,
        amount=proposal.amount,
    )
    await record(tx, event)
    return proposal


async def settle_exceptional(
    tx: Tx,
    application_id: UUID,
    proposal_id: UUID,
    outcome: Settlement,
    *,
    answer: str = "",
    seen: Decimal | None = None,
) -> Award | None:
    """An authorising officer agrees, which makes the award, or refuses with an answer; or the proposer takes it back.

    `seen`: the amount that this person was shown, in EUR. Refused: missing, proposals.settle; where it is agreed to
    "changed_since_shown", "shut_out" (forbidden), rules.may_award_exception.
    """
    agreed = outcome is Settlement.AGREED
    money = await _awardable(tx, application_id) if agreed else None
    proposal = await tx.lock(ExceptionalAward, proposal_id)
    if proposal.application_id != application_id:
        refuse("not_found", kind="missing", what="proposal")
    settle(tx, proposal, outcome, answer)
    await record(
        tx, ExceptionalSettled(application_id=application_id, proposal_id=proposal_id, outcome=outcome)
    )
    if money is None:
        return None
    envelope, application = money
    if application.requested != proposal.amount or seen not in (None, proposal.amount):
        refuse("changed_since_shown")
    return await make_award(tx, envelope, application, exceptional=True)


async def _awardable(tx: Tx, application_id: UUID) -> tuple[Envelope, Application]:
    """Its envelope and the application, locked in the order of the other commands on money."""
    envelope, call = await lock_money(tx, (await tx.get(Application, application_id)).call_id)
    application = await tx.lock(Application, application_id)
    await refuse_shut_out(tx, [application_id])
    may_award_exception(
        status_of(application),
        call.state,
        application.requested,
        await free_in(tx, envelope),
        handled_by=await handled_by(tx, application),
        actor=acting(tx),
    )
    return envelope, application


async def _standing(tx: Tx, application_id: UUID) -> ExceptionalAward | None:
    query = select(ExceptionalAward).filter_by(application_id=application_id, outcome=None)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).first()
