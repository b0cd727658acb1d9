"""How a request for expertise ends, and what becomes of those who were asked. The caller holds no lock."""

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from facility.db import Tx
from facility.deployments.events.requests import (
    DeploymentCalledOff,
    DeploymentEnded,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.rules import answers
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.asking import (
    ask_for_free_seats,
    ended_otherwise,
    lock_deployments,
    lock_experts,
)
from facility.deployments.service.cancelling import owe_fee
from facility.events.log import record
from facility.experts.models.profile import Expert
from facility.experts.service.pool import is_booked, release
from facility.zone import BRUSSELS


async def end_unavailable(tx: Tx, expert_id: UUID, deployment_id: UUID) -> None:
    """The expert said yes in this deployment: their open invitations for any of the same days in others end, and the
    next there is asked."""
    booked = await tx.get(Deployment, deployment_id)
    clashing = and_(
        Deployment.id != deployment_id,
        Deployment.starts_on <= booked.ends_on,
        Deployment.ends_on >= booked.starts_on,
    )
    async for deployment, invitation in _open_invitations(tx, expert_id, clashing):
        # The yes may have been taken back before this ran.
        if await is_booked(tx, expert_id, deployment.starts_on, deployment.ends_on):
            await _ask_instead(tx, deployment, invitation, InvitationStatus.UNAVAILABLE)


async def end_of_leaver(tx: Tx, expert_id: UUID) -> None:
    """The expert has left the pool: their open invitations end, and the next is asked. Bookings stand."""
    async for deployment, invitation in _open_invitations(tx, expert_id):
        # The secretariat may have taken them in again before this ran.
        if not (await tx.lock(Expert, expert_id)).active:
            await _ask_instead(tx, deployment, invitation, InvitationStatus.LEFT)


async def _open_invitations(
    tx: Tx, expert_id: UUID, *conditions: ColumnElement[bool]
) -> AsyncIterator[tuple[Deployment, Invitation]]:
    """Open invitations of an expert, in deployments that meet the conditions. All those deployments are locked before the first of them
    changes, and so are those who may be asked instead."""
    query = select(Invitation.deployment_id, Invitation.id).join(
        Deployment, Deployment.id == Invitation.deployment_id
    )
    still_open = query.where(
        Invitation.expert_id == expert_id, Invitation.outcome == InvitationStatus.OPEN, *conditions
    )
    invitations = {row.deployment_id: row.id for row in await tx.session.execute(still_open)}
    deployments = await lock_deployments(tx, invitations)
    await lock_experts(tx, list(invitations), also=[expert_id])
    for deployment in deployments:
        invitation = await tx.lock(Invitation, invitations[deployment.id])
        if invitation.outcome == InvitationStatus.OPEN:
            yield deployment, invitation


async def _ask_instead(tx: Tx, deployment: Deployment, invitation: Invitation, how: InvitationStatus) -> None:
    await ended_otherwise(tx, invitation, how)
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)


async def end_deployments(tx: Tx, award_id: UUID) -> None:
    """The award ended: its deployments end, open invitations as withdrawn; bookings are free again, nobody else is
    asked. All deployments are locked before the first expert is."""
    query = select(Deployment.id).where(
        Deployment.award_id == award_id, Deployment.state != DeploymentState.ENDED
    )
    deployments = await lock_deployments(tx, (await tx.session.execute(query)).scalars().all())
    ending = [deployment for deployment in deployments if deployment.state != DeploymentState.ENDED]
    await _end(tx, ending)
    for deployment in ending:
        await record(tx, DeploymentEnded(deployment_id=deployment.id))


async def call_off(tx: Tx, deployment_id: UUID, *, reason: str) -> Deployment:
    """The secretariat needs nobody for these days any more: open invitations end as withdrawn, bookings are free again.
    Refused: `answers.may_call_off`."""
    deployment = await tx.lock(Deployment, deployment_id)
    answers.may_call_off(
        reason,
        ended=deployment.state == DeploymentState.ENDED,
        today=tx.now.astimezone(BRUSSELS).date(),
        last_day=deployment.ends_on,
    )
    await _end(tx, [deployment])
    deployment.end_reason = reason.strip()
    await record(tx, DeploymentCalledOff(deployment_id=deployment_id))
    return deployment


async def _end(tx: Tx, ending: Sequence[Deployment]) -> None:
    """End these deployments, which are locked, and what stands in them."""
    standing = await _standing(tx, [deployment.id for deployment in ending])
    accepted = [invitation for invitation in standing if invitation.outcome == InvitationStatus.ACCEPTED]
    await lock_experts(tx, (), also=[invitation.expert_id for invitation in accepted])
    by_id = {deployment.id: deployment for deployment in ending}
    for deployment in ending:
        deployment.state = DeploymentState.ENDED
    for invitation in standing:
        if invitation.outcome == InvitationStatus.OPEN:
            await ended_otherwise(tx, invitation, InvitationStatus.WITHDRAWN)
    for invitation in accepted:
        await owe_fee(tx, by_id[invitation.deployment_id], invitation)
        await release(tx, invitation.expert_id, invitation.deployment_id)


async def _standing(tx: Tx, deployment_ids: Collection[UUID]) -> Sequence[Invitation]:
    """Open and accepted invitations of locked deployments, as they are now."""
    query = select(Invitation).where(Invitation.deployment_id.in_(deployment_ids), Invitation.stands)
    ordered = query.order_by(Invitation.deployment_id, Invitation.seat)
    return (await tx.session.execute(ordered.execution_options(populate_existing=True))).scalars().all()
