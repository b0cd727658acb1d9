"""What follows from an award that ends, and from a yes."""

from facility.awards.events import AwardEnded
from facility.db import Tx
from facility.deployments.events import InvitationAccepted
from facility.deployments.service import end_deployments, end_unavailable
from facility.events import reacts_to


@reacts_to(AwardEnded)
async def end_with_the_award(tx: Tx, event: AwardEnded) -> None:
    """Deployments of an award that ended end too."""
    await end_deployments(tx, event.award_id)


@reacts_to(InvitationAccepted)
async def end_clashing_invitations(tx: Tx, event: InvitationAccepted) -> None:
    """Whoever said yes can't be asked for the same days elsewhere: those invitations end, and the next is asked."""
    await end_unavailable(tx, event.expert_id, event.deployment_id)
