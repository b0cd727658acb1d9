"""What keeps experts from a request: looked up when its shortlist is made, and again when somebody is asked."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from facility.applications.models.application import Party
from facility.db import Tx
from facility.deployments.models.request import Deployment
from facility.deployments.queries.conflicts import found_conflicts
from facility.deployments.rules.shortlist import Conflict, hindrance
from facility.experts.models.profile import Expert, in_pool
from facility.experts.service.pool import booked_days, profiles
from facility.zone import BRUSSELS


class _Looks(Protocol):
    """A request, or what is drafted of one."""

    @property
    def application_id(self) -> UUID: ...
    @property
    def cool_off_months(self) -> int | None: ...


async def served_by(tx: Tx, application_id: UUID) -> Sequence[UUID]:
    """The institutions for whose application experts are asked."""
    query = select(Party.institution_id).where(Party.application_id == application_id, Party.on_board)
    return (await tx.session.execute(query)).scalars().all()


async def conflicts_in_data(
    tx: Tx, request: _Looks, expert_ids: Collection[UUID] | None = None
) -> dict[str, list[Conflict]]:
    """Conflicts that the data show, by code, where the request looks for them."""
    if request.cool_off_months is None:
        return {}
    return await found_conflicts(
        tx.session,
        request.application_id,
        cool_off_months=request.cool_off_months,
        now=tx.now,
        expert_ids=expert_ids,
    )


async def hindered(tx: Tx, deployment: Deployment, expert_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who of these can't be asked now, and why: a key of `words.PASSED_OVER`. The caller has locked the experts."""
    if not expert_ids:
        return {}
    start, end = deployment.starts_on, deployment.ends_on
    there = in_pool(tx.now.astimezone(BRUSSELS).date()).label("there")
    query = select(Expert.id, Expert.code, there).where(Expert.id.in_(expert_ids))
    rows = (await tx.session.execute(query)).all()
    conflicts = await conflicts_in_data(tx, deployment, expert_ids)
    served = await served_by(tx, deployment.application_id)
    booked = await booked_days(tx, start, end, expert_ids)
    profile = {expert.id: expert for expert in await profiles(tx, expert_ids, institutions=served)}
    why: dict[UUID, str] = {}
    for row in rows:
        expert = profile[row.code]
        conflict = expert.conflict or row.code in conflicts
        if not row.there:
            why[row.id] = "left"
        elif row.code in booked:
            why[row.id] = "booked"
        elif reason := hindrance(replace(expert, conflict=conflict), start, end, ()):
            why[row.id] = reason
    return why
