"""The lead of an activity asks for experts; the secretariat makes a request from it, or refuses. Lock order: application, activity,
deployments, experts."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.applications.models.application import Application
from facility.awards.service.ending import standing_award
from facility.db import Tx, new_id
from facility.deployments.events.wishes import WishMade, WishRefused, WishTakenBack, WishTakenUp
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.models.wish import Wish
from facility.deployments.rules import wishes as rules
from facility.deployments.rules.wishes import WishState
from facility.deployments.service.ending import call_off
from facility.events.log import record
from facility.refused import refuse
from facility.web.i18n import _
from facility.zone import BRUSSELS


class WishDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead asks for; themes are codes."""

    seats: int
    themes: list[str]
    language: str
    task: str


class Planned(NamedTuple):
    """The activity, as it is now. planned: nobody has reported or cancelled it."""

    application_id: UUID
    starts_on: date
    ends_on: date
    planned: bool


_ACTIVITY = text(
    """SELECT application_id, starts_on, ends_on, state IN ('planned', 'postponed') AS planned
    FROM activity WHERE id = :activity"""
)
_LOCKED = text(f"{_ACTIVITY.text} FOR UPDATE")


async def lock_activity(tx: Tx, activity_id: UUID) -> Planned:
    """Its application is locked, too. Raises Refused (missing)."""
    row = (await tx.session.execute(_ACTIVITY, {"activity": activity_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="activity")
    await tx.lock(Application, row.application_id)
    return Planned(*(await tx.session.execute(_LOCKED, {"activity": activity_id})).one())


async def _latest(tx: Tx, activity_id: UUID) -> Wish | None:
    """The caller holds the activity."""
    query = select(Wish).where(Wish.activity_id == activity_id).order_by(Wish.asked_at.desc(), Wish.id.desc())
    return (await tx.session.scalars(query.limit(1).execution_options(populate_existing=True))).first()


async def _requests(tx: Tx, wish_id: UUID) -> Sequence[Deployment]:
    query = select(Deployment).where(Deployment.wish_id == wish_id).order_by(Deployment.id)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).all()


def _states(requests: Sequence[Deployment]) -> list[DeploymentState]:
    return [DeploymentState(request.state) for request in requests]


async def wish(tx: Tx, activity_id: UUID, draft: WishDraft) -> Wish:
    """Ask for experts on the days of the activity; what the same person has asked for in the same words is not asked for twice.
    Refused: `rules.wishes.may_wish`."""
    activity = await lock_activity(tx, activity_id)
    latest = await _latest(tx, activity_id)
    if latest and latest.state == WishState.OPEN and latest.asked_by == tx.actor and _same(latest, draft):
        return latest
    requests = await _requests(tx, latest.id) if latest else []
    rules.may_wish(
        planned=activity.planned,
        standing=await standing_award(tx, activity.application_id) is not None,
        over=activity.ends_on < tx.now.astimezone(BRUSSELS).date(),
        live=latest is not None and rules.is_live(WishState(latest.state), _states(requests)),
    )
    made = Wish(
        id=new_id(),
        activity_id=activity_id,
        starts_on=activity.starts_on,
        ends_on=activity.ends_on,
        **msgspec.structs.asdict(draft),
        state=WishState.OPEN,
        asked_by=tx.actor,
        asked_at=tx.now,
    )
    tx.add(made)
    await tx.flush()
    await record(tx, WishMade(activity_id=activity_id, wish_id=made.id, seats=draft.seats))
    return made


def _same(wish: Wish, draft: WishDraft) -> bool:
    return draft == WishDraft(seats=wish.seats, themes=wish.themes, language=wish.language, task=wish.task)


async def take_back(tx: Tx, activity_id: UUID) -> Wish:
    """The lead needs no experts; a request whose order nobody has confirmed is called off. Refused: `rules.wishes.may_take_back`."""
    await lock_activity(tx, activity_id)
    latest = await _latest(tx, activity_id) or refuse("wish_over")
    if latest.state == WishState.TAKEN_BACK:
        return latest
    requests = await _requests(tx, latest.id)
    rules.may_take_back(WishState(latest.state), _states(requests))
    for request in requests:
        await call_off(tx, request.id, reason=_("The lead of the activity no longer needs experts."))
    latest.state = WishState.TAKEN_BACK
    await record(tx, WishTakenBack(activity_id=activity_id, wish_id=latest.id))
    return latest


async def refuse_wish(tx: Tx, activity_id: UUID, *, reason: str) -> Wish:
    """The secretariat asks nobody; the lead learns why. Refused: `rules.wishes.may_refuse`."""
    await lock_activity(tx, activity_id)
    latest = await _latest(tx, activity_id) or refuse("wish_over")
    if (latest.state, latest.reason) == (WishState.REFUSED, reason):
        return latest
    rules.may_refuse(WishState(latest.state), reason)
    latest.state, latest.reason = WishState.REFUSED, reason
    await record(tx, WishRefused(activity_id=activity_id, wish_id=latest.id))
    return latest


async def take_up(tx: Tx, wish_id: UUID, deployment_id: UUID, application_id: UUID) -> Wish:
    """A request is made from it, which is yet to be written: for the days that the activity has now. The caller holds the application.
    Refused: missing where it belongs to another application; `rules.wishes.may_take_up`."""
    wish = await tx.session.get(Wish, wish_id) or refuse("not_found", kind="missing", what="wish")
    activity = await lock_activity(tx, wish.activity_id)
    if activity.application_id != application_id:
        refuse("not_found", kind="missing", what="wish")
    await tx.session.refresh(wish)
    rules.may_take_up(WishState(wish.state), _states(await _requests(tx, wish_id)), planned=activity.planned)
    wish.state = WishState.REQUESTED
    wish.starts_on, wish.ends_on = activity.starts_on, activity.ends_on
    await record(tx, WishTakenUp(activity_id=wish.activity_id, wish_id=wish_id, deployment_id=deployment_id))
    return wish
