"""What `facility reconcile` looks at in applications."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.ending import HAS_ENDED_ITSELF
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.models.sealing import EDITABLE_SQL
from facility.applications.queries.confirmed_content import statements_of
from facility.applications.queries.content import PARTS, Parts, asked_of, parts_from
from facility.applications.rules.budget import shares
from facility.applications.rules.confirmation import touched
from facility.applications.rules.parties import is_on_board
from facility.applications.rules.submission import fingerprint_of
from facility.applications.service.ending import OPENABLE
from facility.calls.rules.forms import FormDefinition
from facility.events.reconcile import check, read_ahead


@check("applications: requests are the sum of their parts")
async def requested(connection: AsyncConnection) -> list[str]:
    """The amount that an application requests is the sum over its parties on board while it can be edited, and
    otherwise the one in its snapshot."""
    rows = await connection.execute(
        text(
            f"""
            SELECT reference, requested, told FROM application
            CROSS JOIN LATERAL (
                SELECT coalesce(CASE WHEN NOT {EDITABLE_SQL} THEN (submission ->> 'requested')::numeric END, sum(amount)) AS told
                FROM party
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
            WHERE received_at IS NOT NULL AND track = 'joint' AND NOT {EDITABLE_SQL} AND (
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
    amounts: dict[str, Decimal] = {}
    for party, amount in pairs:
        amounts[party] = amounts.get(party, Decimal(0)) + Decimal(amount)
    return amounts


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
    """Nothing is open about an application that was withdrawn or has ended. What ends because its call ends is left
    out: the scheduler ends it, and its backlog is no error."""
    problems = []
    for name, openable in OPENABLE.items():
        rows = await connection.execute(
            text(
                f"""
                SELECT reference FROM application WHERE id IN ({openable.held}) AND {HAS_ENDED_ITSELF}
                ORDER BY reference COLLATE "C"
                """  # noqa: S608 - our own text
            )
        )
        problems += [f"application {row.reference} has ended with an open {name}" for row in rows]
    return problems


_CONFIRMED = f"""
    FROM party JOIN application ON application.id = application_id
    WHERE confirmation = 'confirmed' AND NOT is_lead AND {ON_BOARD_SQL}
"""
_KEPT = "EXISTS (SELECT FROM confirmed_content WHERE party_id = party.id)"


@check("applications: confirmations")
async def confirmations(connection: AsyncConnection) -> list[str]:
    """A confirmation of a draft is of what the draft says now; of an application that came in, of what it said then.
    Where what was confirmed was not kept, it is at least of the same version."""
    unkept = await connection.execute(
        text(
            f"""
            SELECT reference, party.id {_CONFIRMED} AND confirmed_version <> application.version AND NOT {_KEPT}
            ORDER BY reference COLLATE "C", party.id
            """
        )
    )
    problems = [f"application {row.reference}: party {row.id} confirmed another version" for row in unkept]
    forms = {row.id: row for row in await connection.execute(text("SELECT id, form FROM call"))}
    async for portion in read_ahead(connection, _KEEPING, portion=200):
        for row in portion:
            problems += [
                f"application {row.reference}: party {party_id} confirmed something else"
                for party_id in _touched(row, asked_of(row, forms[row.call_id]))
            ]
    return problems


# As `shown` reads one, and what its parties confirmed last; many at once.
_KEEPING = text(
    f"""
    SELECT asked.id, asked.call_id, reference, title, themes, track, requested, parts.*,
        CASE WHEN changing_since IS NULL THEN received_at END AS received_at,
        (SELECT jsonb_object_agg(party_id, items) FROM (
            SELECT DISTINCT ON (party_id) party_id, items FROM confirmed_content JOIN party ON party.id = party_id
            WHERE party.application_id = asked.id ORDER BY party_id, confirmed_content.confirmed_at DESC,
                confirmed_content.id DESC) AS last) AS kept
    FROM application AS asked CROSS JOIN LATERAL (SELECT {PARTS.replace(":id", "asked.id")}) AS parts
    WHERE asked.id IN (SELECT application.id {_CONFIRMED} AND {_KEPT}) ORDER BY reference COLLATE "C"
    """  # noqa: S608 - our own text
)


def _touched(row: Any, form: FormDefinition) -> list[UUID]:
    parts = _as_it_came_in(parts_from(row._mapping), row.received_at)
    confirmed = [party.id for party in parts.partners if party.confirmed and str(party.id) in row.kept]
    return touched(statements_of(row, form, parts), {key: row.kept[str(key)] for key in confirmed})


def _as_it_came_in(parts: Parts, received: datetime | None) -> Parts:
    """The parts at receipt: parties that left later are still on board."""
    if received is None:
        return parts
    parties = tuple(
        msgspec.structs.replace(party, left_at=None) if is_on_board(party.left_at, received) else party
        for party in parts.parties
    )
    return msgspec.structs.replace(parts, parties=parties)
