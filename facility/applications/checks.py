"""What `facility reconcile` looks at in applications."""

from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.confirmation_checks import confirmations as confirmations
from facility.applications.rules import fingerprint_of, shares
from facility.applications.service.opening import minutes_hash
from facility.events import check


@check("applications: requests are the sum of their parts")
async def requested(connection: AsyncConnection) -> list[str]:
    """A draft asks for what its parties on board ask for; a submitted one for what its snapshot says."""
    rows = await connection.execute(
        text(
            """
            SELECT reference, requested, told FROM application
            CROSS JOIN LATERAL (
                SELECT coalesce((submission ->> 'requested')::numeric, sum(amount)) AS told FROM party
                WHERE application_id = application.id AND left_at IS NULL) AS parts
            WHERE requested <> told ORDER BY reference COLLATE "C"
            """
        )
    )
    return [f"application {row.reference}: asks for EUR {row.requested}, not {row.told}" for row in rows]


@check("applications: fingerprints")
async def fingerprints(connection: AsyncConnection) -> list[str]:
    """The fingerprint is that of the snapshot, and the one that the log told."""
    rows = await connection.stream(
        text(
            """
            SELECT reference, fingerprint, submission, data ->> 'fingerprint' AS told FROM application
            LEFT JOIN LATERAL (
                SELECT data FROM event WHERE subject_id = application.id AND kind = 'ApplicationSubmitted'
                ORDER BY version DESC LIMIT 1) AS submitted ON true
            WHERE received_at IS NOT NULL ORDER BY reference COLLATE "C"
            """
        )
    )
    return [
        f"application {row.reference}: the fingerprint is not that of what was submitted"
        async for row in rows
        if not row.fingerprint == row.told == fingerprint_of(row.submission or {})
    ]


@check("applications: parties on board")
async def boards(connection: AsyncConnection) -> list[str]:
    """A submitted joint application has only confirmed partners on board, and no refused document unacknowledged."""
    rows = await connection.execute(
        text(
            """
            SELECT reference FROM application
            WHERE received_at IS NOT NULL AND track = 'joint' AND (
                EXISTS (SELECT FROM party WHERE application_id = application.id AND left_at IS NULL
                    AND NOT is_lead AND confirmation <> 'confirmed')
                OR EXISTS (SELECT FROM classified_refusal WHERE application_id = application.id
                    AND reason = 'marked' AND acknowledged_at IS NULL))
            ORDER BY reference COLLATE "C"
            """
        )
    )
    return [f"application {row.reference}: submitted although it could not be" for row in rows]


@check("applications: consultations")
async def consultations(connection: AsyncConnection) -> list[str]:
    """Each stands as the log tells it; consent by silence bears the instant at which the period was over."""
    rows = await connection.execute(
        text(
            """
            SELECT reference, consultation.id, consultation.state, told.state AS told FROM consultation
            JOIN application ON application.id = application_id
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT CASE kind WHEN 'ConsultationEndedTacitly' THEN 'tacit'
                    WHEN 'ConsultationCancelled' THEN 'cancelled' ELSE data ->> 'outcome' END
                FROM event WHERE subject_id = application_id AND data ->> 'consultation_id' = consultation.id::text
                    AND kind IN ('ConsultationEndedTacitly', 'ConsultationCancelled', 'ConsultationAnswered',
                        'LateAnswerTaken')
                    AND NOT coalesce((data ->> 'late')::boolean, false)
                    AND (kind <> 'ConsultationEndedTacitly' OR due_at = ends_at)
                ORDER BY version DESC LIMIT 1), 'open') AS state) AS told
            WHERE consultation.state <> told.state ORDER BY reference COLLATE "C", consultation.id
            """
        )
    )
    return [
        f"application {row.reference}: consultation {row.id} is {row.state}, the log says {row.told}"
        for row in rows
    ]


@check("applications: openings")
async def openings(connection: AsyncConnection) -> list[str]:
    """A call is opened by the session that was confirmed, at its instant; its minutes are those that the log told.

    Calls that closed before openings were kept count as opened when they closed.
    """
    rows = await connection.execute(
        text(
            """
            SELECT call.id, call.closed_at, call.opened_at, confirmed_at, minutes, data ->> 'minutes' AS told FROM call
            LEFT JOIN opening_session ON opening_session.call_id = call.id AND confirmed_at IS NOT NULL
            LEFT JOIN event ON event.subject_id = call.id AND event.kind = 'CallOpened'
            WHERE call.opened_at IS NOT NULL OR confirmed_at IS NOT NULL OR event.kind IS NOT NULL
            ORDER BY call.id
            """
        )
    )
    return [
        f"call {row.id}: its opening is not what the log tells" for row in rows if not _opened_soundly(row)
    ]


def _opened_soundly(row: Any) -> bool:
    if row.minutes is None and row.told is None:
        return bool(row.opened_at == row.closed_at)
    return (
        row.minutes is not None
        and row.opened_at == row.confirmed_at
        and minutes_hash(row.minutes) == row.told
    )


@check("applications: sealed")
async def sealed(connection: AsyncConnection) -> list[str]:
    """What was checked, assessed or decided was opened first; what is still to come in is not."""
    rows = await connection.execute(
        text(
            """
            SELECT reference FROM application
            WHERE track = 'joint' AND (
                (opened_at IS NULL AND status NOT IN ('draft', 'submitted', 'withdrawn'))
                OR (opened_at IS NOT NULL AND received_at IS NULL))
            ORDER BY reference COLLATE "C"
            """
        )
    )
    return [
        f"application {row.reference}: read before it was opened, or opened before it came in" for row in rows
    ]


@check("applications: amounts follow from budget lines")
async def budgets(connection: AsyncConnection) -> list[str]:
    """Where there are lines, each party asks for its own and its share of the indirect costs."""
    rows = await connection.stream(
        text(
            """
            SELECT reference, coalesce(indirect_percent, 0) AS percent,
                (SELECT jsonb_agg(jsonb_build_array(party.id, party.amount::text) ORDER BY position) FROM party
                 WHERE application_id = application.id
                    AND (left_at IS NULL OR (received_at IS NOT NULL AND left_at > received_at))) AS parties,
                (SELECT jsonb_agg(jsonb_build_array(party_id, amount::text) ORDER BY position) FROM budget_line
                 WHERE application_id = application.id) AS lines
            FROM application LEFT JOIN budget ON budget.application_id = application.id
            WHERE EXISTS (SELECT FROM budget_line WHERE application_id = application.id)
            ORDER BY reference COLLATE "C"
            """
        )
    )
    return [
        f"application {row.reference}: the amounts are not those of the lines"
        async for row in rows
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


@check("applications: clarifications")
async def clarifications(connection: AsyncConnection) -> list[str]:
    """Each stands as the log tells it; one that lapsed did so when its period was over."""
    rows = await connection.execute(
        text(
            """
            SELECT reference, clarification.id, clarification.state, told.state AS told FROM clarification
            JOIN application ON application.id = application_id
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT CASE kind WHEN 'ClarificationLapsed' THEN 'lapsed'
                    WHEN 'ClarificationCancelled' THEN 'cancelled' ELSE 'answered' END
                FROM event WHERE subject_id = application_id AND data ->> 'clarification_id' = clarification.id::text
                    AND kind IN ('ClarificationLapsed', 'ClarificationCancelled', 'ClarificationAnswered')
                    AND (kind <> 'ClarificationLapsed' OR due_at = ends_at)
                ORDER BY version DESC LIMIT 1), 'open') AS state) AS told
            WHERE clarification.state <> told.state ORDER BY reference COLLATE "C", clarification.id
            """
        )
    )
    return [
        f"application {row.reference}: clarification {row.id} is {row.state}, the log says {row.told}"
        for row in rows
    ]
