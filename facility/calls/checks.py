"""What `facility reconcile` looks at in calls."""

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.models import Call
from facility.calls.rules import call_mistakes
from facility.calls.service import rules_of
from facility.events import check


@check("calls: rules")
async def sound_rules(connection: AsyncConnection) -> list[str]:
    """Every call's rules can be read and are free of mistakes."""
    wrong = []
    for row in await connection.execute(select(Call.__table__).order_by(Call.id)):
        try:
            mistakes = [reason.code for reason in call_mistakes(rules_of(row))]
        except msgspec.ValidationError:
            mistakes = ["its grid can't be read"]
        if mistakes:
            wrong.append(f"call {row.id}: {', '.join(mistakes)}")
    return wrong


@check("calls: state and log")
async def state_and_log(connection: AsyncConnection) -> list[str]:
    """A call's state is what its events say, and its rules were not changed after publication."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id, call.state, published.kind IS NOT NULL AS published, closed.kind IS NOT NULL AS closed,
                changed.kind IS NOT NULL AS changed
            FROM call
            LEFT JOIN event AS published ON published.subject_id = call.id AND published.kind = 'CallPublished'
            LEFT JOIN event AS closed ON closed.subject_id = call.id AND closed.kind = 'CallClosed'
            LEFT JOIN LATERAL (SELECT kind FROM event WHERE subject_id = call.id AND kind = 'CallDraftChanged'
                AND version > published.version LIMIT 1) AS changed ON true
            ORDER BY call.id
            """
        )
    )
    wrong = []
    for row in rows:
        if row.published != (row.state != "draft") or row.closed != (row.state in ("closed", "decided")):
            wrong.append(f"call {row.id} is {row.state}, but its events say otherwise")
        if row.changed:
            wrong.append(f"call {row.id} was changed after its publication")
    return wrong


@check("calls: frozen rules")
async def frozen(connection: AsyncConnection) -> list[str]:
    """Instants, amount and envelope of a published call are those of the event of its publication."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id FROM call JOIN event ON event.subject_id = call.id AND event.kind = 'CallPublished'
            WHERE (data->>'opens_at')::timestamptz <> opens_at OR (data->>'closes_at')::timestamptz <> closes_at
                OR (data->>'amount')::numeric <> amount OR (data->>'envelope_id')::uuid <> envelope_id
            ORDER BY call.id
            """
        )
    )
    return [f"call {row.id} differs from what was published" for row in rows]
