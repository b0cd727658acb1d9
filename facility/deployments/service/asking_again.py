"""Invitations whose mail did not get through, or went to a wrong address: the expert is asked again, with the whole time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from facility.db import Tx
from facility.deployments import rules
from facility.deployments.events import ExpertAskedAgain
from facility.deployments.models import Deployment, Invitation
from facility.deployments.queries import PURPOSE
from facility.deployments.rules import InvitationStatus
from facility.events import record
from facility.outbox.asking import asked_since, must_be_undelivered
from facility.outbox.links import revoke_links
from facility.refused import refuse


async def lock_invitation(
    tx: Tx, invitation_id: UUID, deployment_id: UUID | None = None
) -> tuple[Deployment, Invitation]:
    """The invitation and its deployment as they are now, both locked. Raises Refused (missing), also where it is another
    deployment's."""
    unlocked = await tx.get(Invitation, invitation_id)
    if deployment_id is not None and unlocked.deployment_id != deployment_id:
        refuse("not_found", kind="missing", what="invitation")
    deployment = await tx.lock(Deployment, unlocked.deployment_id)
    return deployment, await tx.lock(Invitation, invitation_id)


async def last_instant(tx: Tx, invitation: Invitation) -> datetime:
    """Until when a reply counts: at least now, while the mail is undelivered, whichever way the link came."""
    if tx.now <= invitation.respond_by:
        return invitation.respond_by
    asked = await asked_since(tx, PURPOSE, invitation.id, invitation.invited_at)
    return invitation.respond_by if asked == invitation.invited_at else tx.now


async def ask_again(tx: Tx, deployment_id: UUID, invitation_id: UUID) -> Invitation:
    """The secretariat has the undelivered mail sent again, with a new link; the time to answer begins anew.

    Refused: not_found (missing), "invitation_ended", "mail_got_through".
    """
    deployment, invitation = await lock_invitation(tx, invitation_id, deployment_id)
    if invitation.outcome != InvitationStatus.OPEN:
        refuse("invitation_ended", status=invitation.outcome)
    await must_be_undelivered(tx, PURPOSE, invitation_id)
    await _invite(tx, deployment, invitation)
    return invitation


async def ask_at_new_address(tx: Tx, expert_id: UUID) -> None:
    """The expert's address was corrected: whatever is open is asked anew, and the links sent to the old one end."""
    query = select(Invitation.id).where(
        Invitation.expert_id == expert_id, Invitation.outcome == InvitationStatus.OPEN
    )
    ordered = query.order_by(Invitation.deployment_id)
    for invitation_id in (await tx.session.scalars(ordered)).all():
        deployment, invitation = await lock_invitation(tx, invitation_id)
        if invitation.outcome == InvitationStatus.OPEN:
            await _invite(tx, deployment, invitation)


async def _invite(tx: Tx, deployment: Deployment, invitation: Invitation) -> None:
    await revoke_links(tx, PURPOSE, invitation.id)
    await invite_anew(tx, deployment, invitation, tx.now)


async def invite_anew(tx: Tx, deployment: Deployment, invitation: Invitation, at: datetime) -> None:
    """The whole time, from this instant on. Where there is no link, a reaction sends one."""
    invitation.invited_at = at
    invitation.respond_by = rules.answer_by(at, deployment.respond_within_hours)
    await record(
        tx,
        ExpertAskedAgain(
            deployment_id=deployment.id,
            invitation_id=invitation.id,
            expert_id=invitation.expert_id,
            seat=invitation.seat,
            respond_by=invitation.respond_by,
        ),
    )
