"""What `facility reconcile` looks at in applications."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.confirmation_checks import confirmations as confirmations
from facility.applications.models import HAS_ENDED_ITSELF, ON_BOARD_SQL
from facility.applications.rules import fingerprint_of, shares
from facility.applications.service.ending import OPENABLE
from facility.events import check
from facility.events.reconcile import read_ahead


@check("applications: requests are the sum of their parts")
async def requested(connection: AsyncConnection) -> list[str]:
    """A draft asks for what its parties on board ask for; a submitted one for what its snapshot says."""
    rows = await connection.execute(
        text(
            f"""
            SELECT reference, requested, told FROM application
            CROSS JOIN LATERAL (
                SELECT coalesce((submission ->> 'requested')::numeric, sum(amount)) AS told FROM party
                WHERE application_id = application.id AND {ON_BOARD_SQL}) AS parts
            WHERE requested <> told ORDER BY reference COLLATE "C"
            """  # noqa: S608 - our own text
        )
    )
    return [f"application {row.reference}: asks for EUR {row.requested}, not {row.told}" for row in rows]


@check("applications: fingerprints")
async def fingerprints(connection: AsyncConnection) -> list[str]:
    """The fingerprint is that of the snapshot, and the one that the log told."""
    query = text(
        """
        SELECT reference, fingerprint, submission, data ->> 'fingerprint' AS told FROM application
        LEFT JOIN LATERAL (
            SELECT data FROM event WHERE subject_id = application.id AND kind = 'ApplicationSubmitted'
            ORDER BY version DESC LIMIT 1) AS submitted ON true
        WHERE received_at IS NOT NULL ORDER BY reference COLLATE "C"
        """
    )
    return [
        f"application {row.reference}: the fingerprint is not that of what was submitted"
        async for portion in read_ahead(connection, query)
        for row in portion
        if not row.fingerprint == row.told == fingerprint_of(row.submission or {})
    ]


@check("applications: parties on board")
async def boards(connection: AsyncConnection) -> list[str]:
    """A submitted joint application has only confirmed partners on board, and no refused document unacknowledged."""
    rows = await connection.execute(
        text(
            f"""
            SELECT reference FROM application
            WHERE received_at IS NOT NULL AND track = 'joint' AND (
                EXISTS (SELECT FROM party WHERE application_id = application.id AND {ON_BOARD_SQL}
                    AND NOT is_lead AND confirmation <> 'confirmed')
                OR EXISTS (SELECT FROM classified_refusal WHERE application_id = application.id
                    AND reason = 'marked' AND acknowledged_at IS NULL))
            ORDER BY reference COLLATE "C"
            """  # noqa: S608 - our own text
        )
    )
    return [f"application {row.reference}: submitted although it could not be" for row in rows]


@check("applications: amounts follow from budget lines")
async def budgets(connection: AsyncConnection) -> list[str]:
    """Where there are lines, each party asks for its own and its share of the indirect costs."""
    query = text(
        f"""
        SELECT reference, coalesce(indirect_percent, 0) AS percent,
            (SELECT jsonb_agg(jsonb_build_array(party.id, party.amount::text) ORDER BY position) FROM party
             WHERE application_id = application.id
                AND ({ON_BOARD_SQL} OR (received_at IS NOT NULL AND left_at > received_at))) AS parties,
            (SELECT jsonb_agg(jsonb_build_array(party_id, amount::text) ORDER BY position) FROM budget_line
             WHERE application_id = application.id) AS lines
        FROM application LEFT JOIN budget ON budget.application_id = application.id
        WHERE EXISTS (SELECT FROM budget_line WHERE application_id = application.id)
        ORDER BY reference COLLATE "C"
        """  # noqa: S608 - our own text
    )
    return [
        f"application {row.reference}: the amounts are not those of the lines"
        async for portion in read_ahead(connection, query)
        for row in portion
        if _amounts(row.parties) != shares(_amounts(row.lines), list(_amounts(row.parties)), row.percent)
    ]


def _amounts(pairs: list[tuple[str, str]]) -> dict[str, Decimal]:
    """The amounts by party, added up."""
    found: dict[str, Decimal] = {}
    for party, amount in pairs:
        found[party] = found.get(party, Decimal(0)) + Decimal(amount)
    return found


@check("applications: batches")
async def batches(connection: AsyncConnection) -> list[str]:
    """Each submitted joint application is in the one batch whose window holds its receipt, or was carried over once from
    there to the batch after it; a series itself holds only drafts, withdrawn drafts and exceptions."""
    rows = await connection.execute(
        text(
            """
            SELECT application.reference FROM application
            JOIN call ON call.id = application.call_id
            LEFT JOIN carry_over ON carry_over.application_id = application.id
            LEFT JOIN call AS first ON first.id = coalesce(from_call_id, call.id)
            WHERE application.track = 'joint' AND received_at IS NOT NULL AND call.mode <> 'deadline' AND NOT (
                call.series_id IS NOT NULL AND received_at <= first.closes_at
                AND (received_at > first.opens_at OR (first.batch = 1 AND received_at = first.opens_at))
                AND (from_call_id IS NULL OR (to_call_id = call.id AND first.series_id = call.series_id
                    AND first.batch + 1 = call.batch AND first.decided_at = carry_over.at)))
            ORDER BY application.reference COLLATE "C"
            """
        )
    )
    return [f"application {row.reference}: not in the batch that its receipt belongs to" for row in rows]


@check("applications: cancelled calls")
async def cancelled_calls(connection: AsyncConnection) -> list[str]:
    """Nothing was received after its call had been cancelled."""
    rows = await connection.execute(
        text(
            """
            SELECT application.reference FROM application JOIN call ON call.id = call_id
            WHERE received_at > cancelled_at ORDER BY application.reference COLLATE "C"
            """
        )
    )
    return [f"application {row.reference}: received after its call was cancelled" for row in rows]


@check("applications: nothing is open about what has ended")
async def ended(connection: AsyncConnection) -> list[str]:
    """Nobody is asked or waited for where an application was withdrawn or has ended. What its call ends, the scheduler does:
    there a backlog is no error."""
    found = []
    for name, openable in OPENABLE.items():
        rows = await connection.execute(
            text(
                f"""
                SELECT reference FROM application WHERE id IN ({openable.held}) AND {HAS_ENDED_ITSELF}
                ORDER BY reference COLLATE "C"
                """  # noqa: S608 - our own text
            )
        )
        found += [f"application {row.reference} has ended with an open {name}" for row in rows]
    return found
