"""The activity of a request takes place on other days: its experts are asked anew."""

from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.db import Tx
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.models.wish import Wish
from facility.deployments.rules.fees import Terms
from facility.deployments.service.ending import call_off
from facility.deployments.service.requesting import RequestDraft, request_expertise
from facility.deployments.service.wishing import lock_activity
from facility.refused import refuse
from facility.web.i18n import _
from facility.zone import BRUSSELS


async def ask_anew(tx: Tx, deployment_id: UUID) -> Deployment:
    """Call the request off, so that its experts are told, and make one like it for the days that its activity has now: as far before
    and after them as the earlier one, with the pay of today. What the same person has made so is not made twice.

    Refused: "nothing_moved", "activity_over", `rules.answers.may_call_off`, `request_expertise`.
    """
    deployment = await tx.get(Deployment, deployment_id)
    if deployment.wish_id is None:
        refuse("nothing_moved")
    wish = await tx.get(Wish, deployment.wish_id)
    activity = await lock_activity(tx, wish.activity_id)
    await tx.session.refresh(wish)
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state == DeploymentState.ENDED and (made := await _made(tx, wish.id)):
        return made
    earlier, later = activity.starts_on - wish.starts_on, activity.ends_on - wish.ends_on
    if not activity.planned or not (earlier or later):
        refuse("nothing_moved")
    first, last = deployment.starts_on + earlier, deployment.ends_on + later
    if last < first:
        first, last = activity.starts_on, activity.ends_on
    if first < tx.now.astimezone(BRUSSELS).date():
        refuse("activity_over")
    await call_off(tx, deployment_id, reason=_("The activity was moved to other days."))
    await tx.flush()
    own = [name for name in RequestDraft.__struct_fields__ if name not in ("pay", "reference")]
    values = {name: getattr(deployment, name) for name in own} | {"starts_on": first, "ends_on": last}
    pay = msgspec.convert(deployment.terms, Terms).pay if deployment.terms else None
    return await request_expertise(tx, RequestDraft(**values, pay=pay))


async def _made(tx: Tx, wish_id: UUID) -> Deployment | None:
    query = select(Deployment).filter_by(
        wish_id=wish_id, state=DeploymentState.REQUESTED, requested_by=tx.actor
    )
    return (await tx.session.scalars(query.limit(1))).first()
