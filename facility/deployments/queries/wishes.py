"""What leads ask for, as pages show it."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.models.request import DeploymentState
from facility.deployments.rules.wishes import WishState, is_live
from facility.refused import refuse

MOVED = """SELECT wish.id FROM wish JOIN activity ON activity.id = wish.activity_id WHERE activity.state = 'cancelled'
    OR (activity.state IN ('planned', 'postponed')
        AND (activity.starts_on, activity.ends_on) <> (wish.starts_on, wish.ends_on))"""
"""Wishes whose activity was cancelled, or has other days than experts are asked for."""

ORIGIN = """(SELECT jsonb_build_object('wish_id', wish.id, 'activity_id', activity.id, 'activity', activity.reference || ' ' || activity.title,
        'starts_on', activity.starts_on, 'ends_on', activity.ends_on, 'cancelled', activity.state = 'cancelled')
    FROM wish JOIN activity ON activity.id = wish.activity_id WHERE wish.id = deployment.wish_id)::text"""
"""An `Origin` of the row `deployment`, as JSON."""

LATEST = """(SELECT jsonb_build_object('id', wish.id, 'seats', seats, 'themes', wish.themes, 'language', wish.language,
        'task', task, 'state', wish.state, 'reason', wish.reason, 'requests', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', deployment.id, 'reference', deployment.reference, 'state', deployment.state, 'seats', deployment.seats,
            'accepted', (SELECT count(*) FROM invitation WHERE deployment_id = deployment.id AND outcome = 'accepted'))
            ORDER BY requested_at DESC, deployment.id DESC), '[]') FROM deployment WHERE deployment.wish_id = wish.id))
    FROM wish WHERE wish.activity_id = activity.id ORDER BY asked_at DESC, wish.id DESC LIMIT 1)"""
"""The last `Wish` of the row `activity`, as JSON."""

TO_COMPLETE = f"""SELECT activity.reference || ' ' || activity.title AS thing,
        '/deployments/new?application=' || application.id || '&wish=' || wish.id AS href, call.reference AS call,
        asked_at AS since, CAST(activity.starts_on AS timestamp) AT TIME ZONE 'Europe/Brussels' AS until
    FROM wish JOIN activity ON activity.id = wish.activity_id JOIN application ON application.id = activity.application_id
    JOIN call ON call.id = application.call_id
    WHERE wish.state = 'open' AND activity.state IN ('planned', 'postponed')
        AND EXISTS (SELECT FROM award WHERE award.id = activity.award_id AND {AWARD_STANDS_SQL})
        AND NOT {shut_out("activity.application_id", ":person_id")}"""  # noqa: S608 - our own text
"""Wishes that the secretariat completes, as work."""


class Origin(msgspec.Struct, frozen=True):
    """The activity that a request was made for; days as they are now."""

    wish_id: UUID
    activity_id: UUID
    activity: str
    starts_on: date
    ends_on: date
    cancelled: bool


class Request(msgspec.Struct, frozen=True):
    """A request that was made from a wish."""

    id: UUID
    reference: str
    state: DeploymentState
    seats: int
    accepted: int


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead asks for, and the requests made from it, the latest first; themes are codes."""

    id: UUID
    seats: int
    themes: list[str]
    language: str
    task: str
    state: WishState
    reason: str
    requests: list[Request]

    @property
    def live(self) -> bool:
        """Whether experts are being looked for, or have said yes."""
        return is_live(self.state, [request.state for request in self.requests])

    @property
    def asked(self) -> bool:
        """Whether an expert was asked."""
        return any(request.state is not DeploymentState.REQUESTED for request in self.requests)


class ToComplete(msgspec.Struct, frozen=True, kw_only=True):
    """A wish for the form of a request; days and place are those of the activity."""

    id: UUID
    application_id: UUID
    activity_id: UUID
    activity: str
    place: str
    starts_on: date
    ends_on: date
    seats: int
    themes: list[str]
    language: str
    task: str
    state: WishState


async def to_complete(connection: AsyncConnection, wish_id: UUID, application_id: UUID) -> ToComplete:
    """Raises Refused (missing), also for one of another application."""
    row = (
        (
            await connection.execute(
                text(
                    """
                    SELECT wish.id, application_id, activity_id, reference || ' ' || title AS activity, place, activity.starts_on,
                        activity.ends_on, seats, wish.themes, language, task, wish.state
                    FROM wish JOIN activity ON activity.id = activity_id
                    WHERE wish.id = :wish AND application_id = :application
                    """
                ),
                {"wish": wish_id, "application": application_id},
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        refuse("not_found", kind="missing", what="wish")
    return msgspec.convert(dict(row), ToComplete)
