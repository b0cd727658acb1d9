"""What `facility reconcile` looks at in deployments and their bookings."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.models.invitation import INVITATION_STANDS_SQL
from facility.events.reconcile import check


async def _lines(connection: AsyncConnection, statement: str) -> list[str]:
    return list((await connection.execute(text(statement))).scalars())


@check("deployments: seats")
async def seats(connection: AsyncConnection) -> list[str]:
    """Never more yeses than seats, no seat beyond them, one standing invitation for each, none open once all ended."""
    return await _lines(
        connection,
        f"""
        SELECT format('deployment %s: %s accepted for %s seats', deployment.id, count(*), seats)
        FROM deployment JOIN invitation ON deployment_id = deployment.id AND outcome = 'accepted'
        GROUP BY deployment.id HAVING count(*) > seats
        UNION ALL
        SELECT format('invitation %s is for seat %s of %s', invitation.id, seat, seats)
        FROM invitation JOIN deployment ON deployment.id = deployment_id WHERE seat NOT BETWEEN 1 AND seats
        UNION ALL
        SELECT format('deployment %s: seat %s is held %s times', deployment_id, seat, count(*))
        FROM invitation WHERE {INVITATION_STANDS_SQL} AND (alone OR outcome = 'accepted')
        GROUP BY deployment_id, seat HAVING count(*) > 1
        UNION ALL
        SELECT format('invitation %s is open, but its deployment is %s', invitation.id, state)
        FROM invitation JOIN deployment ON deployment.id = deployment_id
        WHERE outcome = 'open' AND state NOT IN ('asking', 'exhausted')
        ORDER BY 1
        """,  # noqa: S608 - our own text
    )


@check("deployments: bookings")
async def bookings(connection: AsyncConnection) -> list[str]:
    """Booked are exactly the days of accepted invitations of deployments that have not ended."""
    return await _lines(
        connection,
        """
        WITH wanted AS (
            SELECT expert_id, deployment_id, day::date AS day
            FROM invitation JOIN deployment ON deployment.id = deployment_id AND state <> 'ended'
            CROSS JOIN generate_series(starts_on::timestamp, ends_on::timestamp, interval '1 day') AS day
            WHERE outcome = 'accepted')
        SELECT format('expert %s, deployment %s: %s is %s', expert_id, deployment_id, day,
            CASE WHEN booking.day IS NULL THEN 'not booked' ELSE 'booked without a yes' END)
        FROM wanted FULL JOIN booking USING (expert_id, deployment_id, day)
        WHERE booking.day IS NULL OR wanted.day IS NULL
        ORDER BY 1
        """,
    )


@check("deployments: no day twice")
async def no_day_twice(connection: AsyncConnection) -> list[str]:
    """Nobody has said yes twice for a day, in deployments that have not ended."""
    return await _lines(
        connection,
        """
        WITH yes AS (
            SELECT expert_id, deployment_id, starts_on, ends_on
            FROM invitation JOIN deployment ON deployment.id = deployment_id AND state <> 'ended'
            WHERE outcome = 'accepted')
        SELECT format('expert %s is in deployments %s and %s on %s', one.expert_id, one.deployment_id,
            other.deployment_id, greatest(one.starts_on, other.starts_on))
        FROM yes AS one JOIN yes AS other ON other.expert_id = one.expert_id
            AND other.deployment_id > one.deployment_id
            AND other.starts_on <= one.ends_on AND other.ends_on >= one.starts_on
        ORDER BY 1
        """,
    )


@check("deployments: candidates")
async def candidates(connection: AsyncConnection) -> list[str]:
    """Who was asked has one invitation, who waits or was passed over has none; states say what the seats say."""
    return await _lines(
        connection,
        f"""
        SELECT format('deployment %s: candidate %s is %s and has %s', candidate.deployment_id, candidate.expert_id,
            candidate.state, CASE WHEN invitation.id IS NULL THEN 'no invitation' ELSE 'an invitation' END)
        FROM candidate LEFT JOIN invitation USING (deployment_id, expert_id)
        WHERE (candidate.state = 'asked') <> (invitation.id IS NOT NULL)
        UNION ALL
        SELECT format('invitation %s is for somebody who is not on the list', invitation.id)
        FROM invitation LEFT JOIN candidate USING (deployment_id, expert_id) WHERE candidate.expert_id IS NULL
        UNION ALL
        SELECT format('deployment %s is %s with %s of %s seats taken', deployment.id, state, yes, seats)
        FROM deployment CROSS JOIN LATERAL (SELECT count(*) AS yes FROM invitation
            WHERE deployment_id = deployment.id AND outcome = 'accepted')
        WHERE state <> 'ended' AND (state = 'filled') <> (yes = seats)
        UNION ALL
        SELECT format('deployment %s: somebody waits and too few are asked', deployment.id)
        FROM deployment JOIN award ON award.id = award_id AND {AWARD_STANDS_SQL}
        CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'open') AS asked,
            count(*) FILTER (WHERE outcome = 'accepted') AS yes FROM invitation WHERE deployment_id = deployment.id)
        WHERE state IN ('asking', 'exhausted') AND asked < (seats - yes) * ask_at_once
            AND EXISTS (SELECT FROM candidate WHERE deployment_id = deployment.id AND candidate.state = 'waiting')
        ORDER BY 1
        """,  # noqa: S608 - our own text
    )
