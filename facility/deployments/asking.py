"""Walking the confirmed list: whoever is next is asked for each free seat. The caller holds the deployment's lock."""

from sqlalchemy import func, select

from facility.awards.service import standing_award
from facility.db import Tx, new_id
from facility.deployments import rules
from facility.deployments.events import Ending, ExpertInvited, InvitationEnded, ListExhausted
from facility.deployments.models import Candidate, CandidateState, Deployment, DeploymentState, Invitation
from facility.deployments.rules import InvitationStatus
from facility.events import record
from facility.experts.models import Booking, Expert
from facility.experts.service import release

STANDING = (InvitationStatus.OPEN, InvitationStatus.ACCEPTED)


async def ask_for_free_seats(tx: Tx, deployment: Deployment) -> None:
    """Ask the next in line for each seat that nobody holds and nobody is asked for, while the award stands.

    An award that has ended asks nobody; its deployment ends by a reaction of its own.
    """
    await tx.flush()
    if deployment.state == DeploymentState.ENDED:
        return
    if await standing_award(tx, deployment.application_id) is None:
        return
    held = select(Invitation.seat).where(
        Invitation.deployment_id == deployment.id, Invitation.outcome.in_(STANDING)
    )
    taken = set((await tx.session.execute(held)).scalars())
    free = deployment.seats - len(taken)
    candidates = list(await _waiting(tx, deployment))
    booked = await _booked(tx, deployment)
    seats = (seat for seat in range(1, deployment.seats + 1) if seat not in taken)
    while free > 0 and candidates:
        found = rules.next_to_ask([str(c.expert_id) for c in candidates], booked)
        for passed in candidates[: len(found.passed_over)]:
            passed.state = CandidateState.PASSED_OVER
        candidates = candidates[len(found.passed_over) :]
        if found.expert is None:
            break
        await _ask(tx, deployment, candidates.pop(0), next(seats))
        free -= 1
    if free > 0 and deployment.state != DeploymentState.EXHAUSTED:
        await record(tx, ListExhausted(deployment_id=deployment.id, seat=next(seats)))
        deployment.state = DeploymentState.EXHAUSTED
    await settle(tx, deployment)


async def _waiting(tx: Tx, deployment: Deployment) -> list[Candidate]:
    query = select(Candidate).where(
        Candidate.deployment_id == deployment.id, Candidate.state == CandidateState.WAITING
    )
    return list((await tx.session.execute(query.order_by(Candidate.position))).scalars())


async def _booked(tx: Tx, deployment: Deployment) -> set[str]:
    """Who is booked by now on one of the deployment's days."""
    query = select(Booking.expert_id).where(Booking.day.between(deployment.starts_on, deployment.ends_on))
    return {str(expert_id) for expert_id in (await tx.session.execute(query.distinct())).scalars()}


async def _ask(tx: Tx, deployment: Deployment, candidate: Candidate, seat: int) -> None:
    candidate.state = CandidateState.ASKED
    invitation = Invitation(
        id=new_id(),
        deployment_id=deployment.id,
        expert_id=candidate.expert_id,
        seat=seat,
        invited_at=tx.now,
        respond_by=rules.answer_by(tx.now, deployment.respond_within_hours),
        outcome=InvitationStatus.OPEN,
        reason="",
    )
    tx.add(invitation)
    await tx.flush()
    await record(
        tx,
        ExpertInvited(
            deployment_id=deployment.id, invitation_id=invitation.id, expert_id=candidate.expert_id, seat=seat
        ),
    )


async def settle(tx: Tx, deployment: Deployment) -> None:
    """Write down whether every seat has its yes; a list that has run out stays so until then."""
    await tx.flush()
    accepted = select(func.count()).where(
        Invitation.deployment_id == deployment.id, Invitation.outcome == InvitationStatus.ACCEPTED
    )
    if (await tx.session.execute(accepted)).scalar_one() == deployment.seats:
        deployment.state = DeploymentState.FILLED
    elif deployment.state == DeploymentState.FILLED:
        deployment.state = DeploymentState.ASKING


async def ended_otherwise(tx: Tx, invitation: Invitation, how: InvitationStatus) -> None:
    """End the invitation as unavailable, withdrawn or cancelled, at this instant."""
    ending: Ending = how.value  # type: ignore[assignment]  # the callers pass one of the three
    invitation.outcome, invitation.ended_at = how, tx.now
    await record(
        tx,
        InvitationEnded(
            deployment_id=invitation.deployment_id,
            invitation_id=invitation.id,
            expert_id=invitation.expert_id,
            seat=invitation.seat,
            how=ending,
        ),
    )


async def free_expert(tx: Tx, deployment: Deployment, invitation: Invitation) -> None:
    """Free the days of an expert who had said yes."""
    await tx.lock(Expert, invitation.expert_id)
    await release(tx, invitation.expert_id, deployment.id)
