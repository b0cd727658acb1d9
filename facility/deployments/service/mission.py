"""After the last day: the expert states the travel, and the secretariat confirms what is due."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import exists, select

from facility.db import Database, Tx
from facility.deployments.events.missions import DueConfirmed, MissionOver, TravelStated
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.mission import Mission, local
from facility.deployments.models.request import Deployment
from facility.deployments.rules import fees as rules
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.rules.fees import Due, Terms, Travel
from facility.deployments.service.inviting import INVITATION
from facility.events.schedule import one_by_one, scheduled
from facility.experts.models.profile import Expert
from facility.inquiries.service import lock, record_event
from facility.refused import refuse
from facility.zone import BRUSSELS


@scheduled("deployments.missions")
async def end_missions(db: Database, now: datetime) -> int:
    """After the last day of a request that pays, whoever was booked is asked to state the travel."""
    today = now.astimezone(BRUSSELS).date()
    due = (
        select(Invitation.id)
        .join(Deployment, Deployment.id == Invitation.deployment_id)
        .where(
            Deployment.terms.is_not(None),
            Deployment.ends_on < today,
            Invitation.outcome == InvitationStatus.ACCEPTED,
            Deployment.state != "ended",
            ~exists().where(Mission.invitation_id == Invitation.id),
        )
    )
    return await one_by_one(db, now, due.order_by(Deployment.ends_on, Invitation.id), _end)


async def _end(tx: Tx, invitation_id: UUID) -> bool:
    invitation, _deployment = await lock(tx, INVITATION, invitation_id)
    if invitation.outcome != InvitationStatus.ACCEPTED or await _mission(tx, invitation_id):
        return False
    tx.add(Mission(invitation_id=invitation_id, over_at=tx.now))
    await tx.flush()
    await record_event(tx, invitation, MissionOver)
    return True


async def _mission(tx: Tx, invitation_id: UUID) -> Mission | None:
    return await tx.session.get(Mission, invitation_id, populate_existing=True)


async def state_travel(tx: Tx, invitation_id: UUID, travel: Travel) -> Mission:
    """When the expert left home and was back. They may correct it until what is due is confirmed.

    Refused: "mission_goes_on" before the last day is over, "due_confirmed"; (invalid) `rules.fees.check_travel`.
    """
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    mission = await _mission(tx, invitation_id)
    if mission is None:
        refuse("mission_goes_on")
    if mission.confirmed_at is not None:
        refuse("due_confirmed")
    rules.check_travel(travel, deployment.starts_on, deployment.ends_on)
    departed, landed = (at.replace(tzinfo=UTC) for at in (travel.departed, travel.landed))
    if (mission.departed_at, mission.landed_at) == (departed, landed):
        return mission
    mission.departed_at, mission.landed_at, mission.stated_at = departed, landed, tx.now
    await tx.flush()
    await record_event(tx, invitation, TravelStated)
    return mission


async def confirm_due(tx: Tx, deployment_id: UUID, invitation_id: UUID, *, stated_at: datetime) -> Due:
    """The secretariat confirms what is due for the travel that the expert stated at this instant.

    Refused: "travel_missing", "due_confirmed"; "travel_changed" where it was stated anew since.
    """
    invitation, deployment = await lock(tx, INVITATION, invitation_id, deployment_id)
    mission = await _mission(tx, invitation_id)
    if mission is None or mission.departed_at is None or mission.landed_at is None:
        refuse("travel_missing")
    if mission.confirmed_at is not None:
        refuse("due_confirmed")
    if mission.stated_at != stated_at:
        refuse("travel_changed")
    expert = await tx.get(Expert, invitation.expert_id)
    terms = msgspec.convert(deployment.terms, Terms)
    travel = Travel(local(mission.departed_at), local(mission.landed_at))
    due = rules.stated(terms, travel, expert.country)
    mission.fee, mission.per_diem, mission.home = due.fee, due.per_diem, expert.country
    mission.confirmed_by, mission.confirmed_at = tx.actor, tx.now
    await tx.flush()
    await record_event(
        tx,
        invitation,
        DueConfirmed,
        award_id=deployment.award_id,
        fee=due.fee,
        per_diem=due.per_diem,
        cancelled=False,
    )
    return due
