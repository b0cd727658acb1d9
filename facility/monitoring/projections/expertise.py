"""Figures of requests for expertise as the log makes them, as `figures.py` has those of all else."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from facility.deployments.events import requests as events
from facility.events.base import Event, Recorded


class Request(msgspec.Struct):
    """A request for expertise (models.RequestFigure)."""

    deployment_id: UUID
    application_id: UUID
    requested_at: datetime
    starts_on: date
    ends_on: date
    seats: int
    asked_at: datetime | None = None
    first_yes_at: datetime | None = None
    asked: int = 0
    accepted: int = 0
    exhausted: bool = False
    ended_at: datetime | None = None


class Requests(msgspec.Struct):
    """Requests for expertise by id."""

    requests: dict[UUID, Request] = {}


REQUESTS: tuple[type[Event], ...] = (
    events.ExpertiseRequested,
    events.ExpertInvited,
    events.InvitationAccepted,
    events.InvitationEnded,
    events.ListExhausted,
    events.DeploymentCalledOff,
    events.DeploymentEnded,
)


def requests(figures: Requests, recorded: Recorded) -> None:
    """One event of a request for expertise."""
    event, at = recorded.event, recorded.recorded_at
    if isinstance(event, events.ExpertiseRequested):
        figures.requests[event.deployment_id] = Request(
            event.deployment_id, event.application_id, at, event.starts_on, event.ends_on, event.seats
        )
        return
    request = figures.requests[event.subject_id]
    match event:
        case events.ExpertInvited():
            request.asked += 1
            request.asked_at = request.asked_at or at
        case events.InvitationAccepted():
            request.accepted += 1
            request.first_yes_at = request.first_yes_at or at
        case events.InvitationEnded(how=how) if how in events.YES_ENDED:
            request.accepted -= 1
        case events.ListExhausted():
            request.exhausted = True
        case events.DeploymentCalledOff() | events.DeploymentEnded():
            request.ended_at = at
