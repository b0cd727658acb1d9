"""Walking the confirmed list: whoever is next is asked for each free seat. The caller holds the deployment's lock.

Whoever might be asked is locked too, before their bookings are read: a yes elsewhere at the same moment is either seen
here, or sees the invitation that was made here and ends it. Locks are taken deployments first, then experts, each in
the order of their ids, and all of a command's at once.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from facility.awards.service.ending import standing_award
from facility.db import Tx, new_id
from facility.deployments.events.requests import (
    ExpertAskedAgain,
    ExpertInvited,
    InvitationEnded,
    ListExhausted,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Candidate, CandidateState, Deployment, DeploymentState
from facility.deployments.rules import answers
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.hindrances import hindered
from facility.events.log import record
from facility.experts.models.profile import Expert
from facility.inquiries.service import end, record_event
from facility.outbox.links import revoke_links


async def lock_deployments(tx: Tx, deployment_ids: Collection[UUID]) -> list[Deployment]:
    """These deployments as they are now, locked one after the other in the order of their ids."""
    return [await tx.lock(Deployment, deployment_id) for deployment_id in sorted(deployment_ids)]


async def lock_experts(tx: Tx, deployment_ids: Collection[UUID], also: Collection[UUID] = ()) -> None:
    """Lock whoever can still be asked on the lists of these deployments, and these others, in the order of their ids."""
    listed = (
        _to_ask().with_only_columns(Candidate.expert_id).where(Candidate.deployment_id.in_(deployment_ids))
    )
    query = select(Expert.id).where(or_(Expert.id.in_(listed), Expert.id.in_(also))).order_by(Expert.id)
    await tx.session.execute(query.with_for_update(key_share=True))


async def ask_for_free_seats(tx: Tx, deployment: Deployment, *, freed: int | None = None) -> None:
    """Ask the next in line for each seat that nobody holds and nobody is asked for, while the award stands.

    `freed`: the seat that has just become free; none: all of them, at the start. When nobody is left for it, that is
    recorded. An award that has ended asks nobody; its deployment ends by a reaction of its own.
    """
    await tx.flush()
    if deployment.state == DeploymentState.ENDED:
        return
    if await standing_award(tx, deployment.application_id) is None:
        return
    await lock_experts(tx, [deployment.id])
    empty = await _ask_in_turn(tx, deployment, await _seats_to_ask_for(tx, deployment))
    if empty is not None and await _lacks(tx, deployment):
        seat = empty if freed is None else max(freed, empty)
        await record(tx, ListExhausted(deployment_id=deployment.id, seat=seat))
        deployment.state = DeploymentState.EXHAUSTED
    await settle(tx, deployment)


async def _seats_to_ask_for(tx: Tx, deployment: Deployment) -> Iterator[int]:
    held = select(Invitation.seat, Invitation.outcome).where(
        Invitation.deployment_id == deployment.id, Invitation.stands
    )
    rows = (await tx.session.execute(held)).all()
    filled = {row.seat for row in rows if row.outcome == InvitationStatus.ACCEPTED}
    invited = Counter(row.seat for row in rows if row.outcome == InvitationStatus.OPEN)
    return answers.seats_to_ask_for(deployment.seats, deployment.ask_at_once, filled, invited)


async def _lacks(tx: Tx, deployment: Deployment) -> bool:
    """Whether a seat would stay empty even if everybody who is asked said yes."""
    if deployment.ask_at_once == 1:
        return True  # nobody is asked for the seat for which nobody is left
    held = select(func.count()).where(Invitation.deployment_id == deployment.id, Invitation.stands)
    return (await tx.session.execute(held)).scalar_one() < deployment.seats


async def filled_seats(tx: Tx, deployment: Deployment) -> set[int]:
    """The seats with a yes."""
    query = select(Invitation.seat).where(
        Invitation.deployment_id == deployment.id, Invitation.outcome == InvitationStatus.ACCEPTED
    )
    return set((await tx.session.execute(query)).scalars())


async def end_what_others_filled(tx: Tx, deployment: Deployment) -> None:
    """Every seat has its yes: whoever else is asked for one needs to answer no more."""
    query = select(Invitation).where(
        Invitation.deployment_id == deployment.id, Invitation.outcome == InvitationStatus.OPEN
    )
    for invitation in (await tx.session.execute(query.order_by(Invitation.id))).scalars().all():
        await ended_otherwise(tx, invitation, InvitationStatus.TAKEN)


async def _ask_in_turn(tx: Tx, deployment: Deployment, seats: Iterator[int]) -> int | None:
    """Ask the next for each of these seats; the first for which nobody is left."""
    turns = await _turns(tx, deployment)
    why_not = await hindered(tx, deployment, [turn.candidate.expert_id for turn in turns])
    for seat in seats:
        turn = answers.next_to_ask(
            [str(turn.candidate.expert_id) for turn in turns], {str(key) for key in why_not}
        )
        for candidate, earlier in turns[: len(turn.passed_over)]:
            if earlier is None:
                candidate.state = CandidateState.PASSED_OVER
                candidate.passed_because = why_not[candidate.expert_id]
        turns = turns[len(turn.passed_over) :]
        if turn.expert is None:
            return seat
        candidate, earlier = turns.pop(0)
        if earlier is None:
            await _ask(tx, deployment, candidate, seat)
        else:
            await _ask_once_more(tx, deployment, earlier, seat)
    return None


class _Turn(NamedTuple):
    """Who is next on the list; `earlier`: their invitation, where others had filled the seats before they answered."""

    candidate: Candidate
    earlier: Invitation | None


def _to_ask() -> Select[Candidate, Invitation]:
    """Those who wait, and those whose seat others had filled: they never said no."""
    own = and_(
        Invitation.deployment_id == Candidate.deployment_id, Invitation.expert_id == Candidate.expert_id
    )
    return (
        select(Candidate, Invitation)
        .outerjoin(Invitation, own)
        .where(or_(Candidate.state == CandidateState.WAITING, Invitation.outcome == InvitationStatus.TAKEN))
    )


async def _turns(tx: Tx, deployment: Deployment) -> list[_Turn]:
    query = _to_ask().where(Candidate.deployment_id == deployment.id).order_by(Candidate.position)
    return [_Turn(row.Candidate, row.Invitation) for row in await tx.session.execute(query)]


async def _ask_once_more(tx: Tx, deployment: Deployment, invitation: Invitation, seat: int) -> None:
    """A seat fell free again: the link that said that others can come ends, and the full time to answer begins."""
    invitation.outcome, invitation.ended_at, invitation.seat = InvitationStatus.OPEN, None, seat
    invitation.alone = deployment.ask_at_once == 1
    begin(invitation, deployment, tx.now)
    await revoke_links(tx, Invitation.__tablename__, invitation.id)
    await tx.flush()
    await record_event(tx, invitation, ExpertAskedAgain)


async def _ask(tx: Tx, deployment: Deployment, candidate: Candidate, seat: int) -> None:
    candidate.state = CandidateState.ASKED
    invitation = Invitation(
        id=new_id(),
        deployment_id=deployment.id,
        expert_id=candidate.expert_id,
        seat=seat,
        outcome=InvitationStatus.OPEN,
        reason="",
        alone=deployment.ask_at_once == 1,
    )
    begin(invitation, deployment, tx.now)
    tx.add(invitation)
    await tx.flush()
    await record_event(tx, invitation, ExpertInvited)


def begin(invitation: Invitation, deployment: Deployment, at: datetime) -> None:
    """The time to answer begins."""
    invitation.invited_at = at
    invitation.respond_by = answers.answer_by(
        at, deployment.respond_within_hours, in_working_time=deployment.in_working_time
    )
    invitation.remind_at = answers.remind_at(at, invitation.respond_by, deployment.remind_hours_before)
    invitation.reminded_at = None
    invitation.pin_tries = 0


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
    """End the invitation as unavailable, left, withdrawn, cancelled, disowned or taken, at this instant."""
    end(tx, invitation, how)
    await record_event(tx, invitation, InvitationEnded, how=how.value)
