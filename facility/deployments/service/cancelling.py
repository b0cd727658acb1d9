"""What a late cancellation by the facility or the lead makes due to an expert, where the request says so."""

from uuid import UUID

import msgspec

from facility.db import Tx
from facility.deployments.events.missions import CancellationFeeOwed, DueConfirmed
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.mission import CancellationFee
from facility.deployments.models.request import Deployment
from facility.deployments.rules import fees as rules
from facility.deployments.rules.fees import NOTHING, Terms
from facility.deployments.service.inviting import INVITATION
from facility.inquiries.service import lock, record_event
from facility.refused import refuse
from facility.zone import BRUSSELS


async def owe_fee(tx: Tx, deployment: Deployment, invitation: Invitation) -> None:
    """The booking is cancelled now, and not by the expert. The caller holds the deployment's lock."""
    if deployment.terms is None:
        return
    terms = msgspec.convert(deployment.terms, Terms)
    today = tx.now.astimezone(BRUSSELS).date()
    owed = rules.owed(terms, deployment.starts_on, deployment.ends_on, today)
    if owed is None:
        return
    tx.add(
        CancellationFee(
            invitation_id=invitation.id,
            cancelled_at=tx.now,
            days_before=owed.days_before,
            percent=owed.percent,
            booked_fee=owed.booked,
            fee=owed.fee,
        )
    )
    await tx.flush()
    await record_event(tx, invitation, CancellationFeeOwed, days_before=owed.days_before, fee=owed.fee)


async def confirm_cancellation_fee(tx: Tx, deployment_id: UUID, invitation_id: UUID) -> CancellationFee:
    """The secretariat confirms what is due. Refused: "nothing_due", "due_confirmed"."""
    invitation, deployment = await lock(tx, INVITATION, invitation_id, deployment_id)
    owed = await tx.session.get(CancellationFee, invitation_id, populate_existing=True)
    if owed is None:
        refuse("nothing_due")
    if owed.confirmed_at is not None:
        refuse("due_confirmed")
    owed.confirmed_by, owed.confirmed_at = tx.actor, tx.now
    await tx.flush()
    await record_event(
        tx,
        invitation,
        DueConfirmed,
        award_id=deployment.award_id,
        fee=owed.fee,
        per_diem=NOTHING,
        cancelled=True,
    )
    return owed
