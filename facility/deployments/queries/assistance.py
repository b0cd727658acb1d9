"""The course of every request for experts."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.deployments.rules.assistance import Course, urgency
from facility.zone import TODAY_SQL


class CourseShown(Course, frozen=True, kw_only=True):
    """A request with its course."""

    id: UUID
    reference: str
    place: str


_COURSES = text(
    f"""
    SELECT deployment.id, reference, place, requested_at, respond_within_hours, seats, target_days, ordered_at AS asked, declined, silent,
        refused, state = 'exhausted' AS exhausted,
        CASE WHEN accepted = seats THEN last_yes END AS yes,
        CASE WHEN accepted = seats AND released = seats THEN last_release END AS released,
        CASE WHEN accepted = seats AND starts_on <= {TODAY_SQL}
            THEN CAST(starts_on AS timestamp) AT TIME ZONE 'Europe/Brussels' END AS deployed
    FROM deployment
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
        max(ended_at) FILTER (WHERE outcome = 'accepted') AS last_yes, count(*) FILTER (WHERE outcome = 'declined') AS declined,
        count(*) FILTER (WHERE outcome = 'expired') AS silent
        FROM invitation WHERE deployment_id = deployment.id) AS answers
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE release.state = 'released') AS released,
        max(release.ended_at) FILTER (WHERE release.state = 'released') AS last_release,
        count(*) FILTER (WHERE release.state = 'refused') AS refused
        FROM release JOIN invitation ON invitation.id = invitation_id
        WHERE release.deployment_id = deployment.id AND (outcome = 'accepted' OR release.state = 'refused')) AS releases
    WHERE end_reason IS NULL AND NOT {shut_out("deployment.application_id")}
    ORDER BY requested_at DESC, deployment.id
    """  # noqa: S608 - our own text
)


async def courses(connection: AsyncConnection, viewer: UUID, now: datetime) -> list[CourseShown]:
    """Of all requests but those that the secretariat cancelled, the latest first; without those for an application that is closed to the
    viewer: one statement."""
    rows = (await connection.execute(_COURSES, {"viewer": viewer, "now": now})).mappings()
    return [msgspec.convert(_course(dict(row)), CourseShown) for row in rows]


def _course(row: dict[str, object]) -> dict[str, object]:
    return {**row, "urgency": urgency(row["respond_within_hours"])}  # type: ignore[arg-type]
