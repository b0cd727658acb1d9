"""What follows from an award that ends, and from a yes."""

from sqlalchemy import select

from facility.awards.events import AwardEnded
from facility.db import Tx
from facility.deployments.events import InvitationAccepted
from facility.deployments.models import Deployment, DeploymentState, Invitation
from facility.deployments.rules import InvitationStatus
from facility.deployments.service import end_deployment, end_unavailable
from facility.events import reacts_to


@reacts_to(AwardEnded)
async def end_deployments(tx: Tx, event: AwardEnded) -> None:
    """Deployments of an award that ended end too, one after the other in the order of their ids (locks)."""
    query = select(Deployment.id).where(
        Deployment.award_id == event.award_id, Deployment.state != DeploymentState.ENDED
    )
    for deployment_id in (await tx.session.execute(query.order_by(Deployment.id))).scalars().all():
        await end_deployment(tx, deployment_id)


@reacts_to(InvitationAccepted)
async def end_clashing_invitations(tx: Tx, event: InvitationAccepted) -> None:
    """Whoever said yes can't be asked for the same days elsewhere: those invitations end, and the next is asked."""
    booked = await tx.get(Deployment, event.deployment_id)
    query = (
        select(Invitation.id)
        .join(Deployment, Deployment.id == Invitation.deployment_id)
        .where(
            Invitation.expert_id == event.expert_id,
            Invitation.outcome == InvitationStatus.OPEN,
            Deployment.id != booked.id,
            Deployment.starts_on <= booked.ends_on,
            Deployment.ends_on >= booked.starts_on,
        )
    )
    for invitation_id in (await tx.session.execute(query.order_by(Deployment.id))).scalars().all():
        await end_unavailable(tx, invitation_id)
