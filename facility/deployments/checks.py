"""What `facility reconcile` looks at in deployments and their bookings."""

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.models.invitation import INVITATION_STANDS_SQL
from facility.deployments.models.mission import local
from facility.deployments.rules import fees
from facility.deployments.rules.fees import Terms, Travel
from facility.events.reconcile import check
from facility.zone import BRUSSELS

_MISSIONS = text(
    """
    SELECT invitation.id, terms, departed_at, landed_at, coalesce(home, expert.country) AS home, fee, per_diem
    FROM mission JOIN invitation ON invitation.id = invitation_id JOIN deployment ON deployment.id = deployment_id
    JOIN expert ON expert.id = expert_id WHERE confirmed_at IS NOT NULL ORDER BY invitation.id
    """
).columns(terms=JSONB)
_CANCELLED = text(
    """
    SELECT invitation.id, terms, starts_on, ends_on, cancelled_at, days_before, percent, booked_fee, fee
    FROM cancellation_fee JOIN invitation ON invitation.id = invitation_id JOIN deployment ON deployment.id = deployment_id
    ORDER BY invitation.id
    """
).columns(terms=JSONB)


@check("deployments: pay")
async def pay(connection: AsyncConnection) -> list[str]:
    """What is confirmed for a mission, and what is due for a late cancellation, is what the terms of the request give."""
    wrong = []
    for row in await connection.execute(_MISSIONS):
        travel = Travel(local(row.departed_at), local(row.landed_at))
        due = fees.stated(msgspec.convert(row.terms, Terms), travel, row.home)
        if (row.fee, row.per_diem) != (due.fee, due.per_diem):
            wrong.append(
                f"mission {row.id}: {row.fee} and {row.per_diem} confirmed, {due.fee} and {due.per_diem} due"
            )
    for row in await connection.execute(_CANCELLED):
        on = row.cancelled_at.astimezone(BRUSSELS).date()
        owed = fees.owed(msgspec.convert(row.terms, Terms), row.starts_on, row.ends_on, on)
        if owed is None:
            wrong.append(f"cancellation {row.id}: nothing is due")
        elif (row.days_before, row.percent, row.booked_fee, row.fee) != msgspec.structs.astuple(owed):
            wrong.append(f"cancellation {row.id}: {row.fee} written down, {owed.fee} due")
    return wrong


@check("deployments: after the yes")
async def after_the_yes(connection: AsyncConnection) -> list[str]:
    """A release that was answered, a mission and a report belong to an expert who was booked; fees for cancellations to one who is no more."""
    return await _lines(
        connection,
        """
        SELECT format('release %s is %s, but its invitation is %s', release.id, release.state, outcome)
        FROM release JOIN invitation ON invitation.id = invitation_id
        WHERE (release.state = 'released' AND outcome NOT IN ('accepted', 'cancelled', 'disowned'))
            OR (release.state = 'refused' AND outcome <> 'cancelled') OR release.deployment_id <> invitation.deployment_id
        UNION ALL
        SELECT format('mission of invitation %s, which is %s', invitation.id, outcome)
        FROM mission JOIN invitation ON invitation.id = invitation_id WHERE outcome <> 'accepted'
        UNION ALL
        SELECT format('report %s, but its invitation is %s', mission_report.id, outcome)
        FROM mission_report JOIN invitation ON invitation.id = invitation_id
        WHERE outcome <> 'accepted' OR mission_report.deployment_id <> invitation.deployment_id
        UNION ALL
        SELECT format('cancellation of invitation %s, which is %s', invitation.id, outcome)
        FROM cancellation_fee JOIN invitation ON invitation.id = invitation_id JOIN deployment ON deployment.id = deployment_id
        WHERE outcome <> 'cancelled' AND NOT (outcome = 'accepted' AND deployment.state = 'ended')
        ORDER BY 1
        """,
    )


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
