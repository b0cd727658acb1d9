"""Putting back in the queue what was parked. It changes nothing in the procedure: it lets happen what was decided."""

from uuid import UUID

from sqlalchemy import select

from facility.db import Tx
from facility.events.log import record
from facility.events.models import Delivery, DeliveryState, FailedStep
from facility.events.reactions import run_again as queue_delivery
from facility.events.schedule import run_step_again as queue_step
from facility.operations.events import MailQueuedAgain, ReactionRunAgain, StepRunAgain
from facility.operations.service import collecting  # noqa: F401 - its step registers with the commands
from facility.outbox.models import Mail
from facility.outbox.service import send_again as queue_mail
from facility.refused import refuse

AT_ONCE = 500
"""So many deliveries are put back by one request, the oldest first."""


async def send_again(tx: Tx, mail_id: UUID) -> None:
    """Put a parked mail back in the queue. Refused: not_found (missing), mail_not_parked."""
    await tx.lock(Mail, mail_id)
    if not await queue_mail(tx, mail_id):
        refuse("mail_not_parked")
    await record(tx, MailQueuedAgain(mail_id=mail_id))


async def run_again(tx: Tx, delivery_id: int) -> None:
    """Put a parked delivery back in the queue. Refused: not_found (missing), delivery_not_parked."""
    delivery = await tx.lock(Delivery, delivery_id)
    if not await queue_delivery(tx, delivery_id):
        refuse("delivery_not_parked")
    await record(tx, ReactionRunAgain(event_id=delivery.event_id, reaction=delivery.reaction))


async def run_step_again(tx: Tx, failed_id: UUID) -> None:
    """Let what was due and failed be tried again at once; nothing happens where it waits for that already. Refused: not_found
    (missing), step_not_failed."""
    failed = await tx.lock(FailedStep, failed_id)
    if failed.state == DeliveryState.WAITING and not failed.attempts:
        return
    if not await queue_step(tx, failed_id):
        refuse("step_not_failed")
    await record(tx, StepRunAgain(failed_step_id=failed_id, step=failed.step))


async def run_all_again(tx: Tx) -> int:
    """Put every parked delivery back in the queue, at most AT_ONCE of them, and whatever was due and failed; how many.
    Refused: nothing_parked."""
    count = await _run_deliveries_again(tx) + await _run_steps_again(tx)
    if not count:
        refuse("nothing_parked")
    return count


async def _run_steps_again(tx: Tx) -> int:
    failed = select(FailedStep.id).where(FailedStep.state != DeliveryState.DONE, FailedStep.attempts > 0)
    ids = (await tx.session.execute(failed.order_by(FailedStep.id).limit(AT_ONCE))).scalars().all()
    for failed_id in ids:
        await run_step_again(tx, failed_id)
    return len(ids)


async def _run_deliveries_again(tx: Tx) -> int:
    query = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.PARKED)
        .order_by(Delivery.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    parked = (await tx.session.execute(query)).scalars().all()
    for delivery_id in parked:
        await run_again(tx, delivery_id)
    return len(parked)
