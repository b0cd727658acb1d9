"""What `facility reconcile` looks at in calls."""

from collections import defaultdict
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.rules.call import call_mistakes
from facility.calls.rules.corrigenda import CORRIGENDUM, Corrected, Frozen, changed_fields
from facility.calls.rules.lot import commitment_of
from facility.calls.service.reading import draft_from, draft_of, rules_of
from facility.events.reconcile import check


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


@check("calls: draws by lot")
async def lots(connection: AsyncConnection) -> list[str]:
    """Every published call that draws lots has a seed, and it is the one whose hash stands in the log of its publication."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id, lot.seed, lot.commitment, data ->> 'lot' AS logged
            FROM call LEFT JOIN lot ON lot.call_id = call.id
            JOIN event ON event.subject_id = call.id AND event.kind = 'CallPublished'
            WHERE call.grid -> 'tie_break' @> '["lot"]' AND (call.mode = 'deadline' OR call.series_id IS NOT NULL)
            ORDER BY call.id
            """
        )
    )
    return [
        f"call {row.id}: the seed of its draw is not the one that was published"
        for row in rows
        if row.seed is None or not commitment_of(row.seed) == row.commitment == row.logged
    ]


_LOG = text(
    """
    SELECT call.id, call.state, published.kind IS NOT NULL AS published, closed.kind IS NOT NULL AS closed,
        cancelled.kind IS NOT NULL AS cancelled, changed.kind IS NOT NULL AS changed
    FROM call
    LEFT JOIN event AS published ON published.subject_id = call.id AND published.kind = 'CallPublished'
    LEFT JOIN event AS closed ON closed.subject_id = call.id AND closed.kind = 'CallClosed'
    LEFT JOIN event AS cancelled ON cancelled.subject_id = call.id AND cancelled.kind = 'CallCancelled'
    LEFT JOIN LATERAL (SELECT kind FROM event WHERE subject_id = call.id AND kind = 'CallDraftChanged'
        AND version > published.version LIMIT 1) AS changed ON true
    ORDER BY call.id
    """
)


@check("calls: state and log")
async def state_and_log(connection: AsyncConnection) -> list[str]:
    """A call's state is what its events say, and its draft was not rewritten after publication."""
    wrong = []
    for row in await connection.execute(_LOG):
        cancelled = row.state == "cancelled"  # before or after it had closed
        closed = row.closed if cancelled else row.state in ("closed", "decided")
        if (row.published, row.closed, row.cancelled) != (row.state != "draft", closed, cancelled):
            wrong.append(f"call {row.id} is {row.state}, but its events say otherwise")
        if row.changed:
            wrong.append(f"call {row.id} was changed after its publication")
    return wrong


@check("calls: frozen rules and their versions")
async def frozen(connection: AsyncConnection) -> list[str]:
    """What a published call says is its latest version; versions follow each other without a gap, change only what a
    corrigendum may, and are those that the log tells of."""
    versions: dict[UUID, list[Any]] = defaultdict(list)
    query = select(CallVersion.__table__).where(CallVersion.published_at.is_not(None))
    for row in await connection.execute(query.order_by(CallVersion.call_id, CallVersion.number)):
        versions[row.call_id].append(row)
    recorded = await _recorded_versions(connection)
    calls = await connection.execute(
        select(Call.__table__).where(Call.state != "draft", Call.series_id.is_(None)).order_by(Call.id)
    )
    return [
        f"call {call.id}: {mistake}"
        for call in calls
        for mistake in _mistakes(call, versions[call.id], recorded[call.id])
    ]


async def _recorded_versions(connection: AsyncConnection) -> dict[UUID, list[Any]]:
    """The events that put a version in force, by call."""
    recorded: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.execute(
        text(
            """
            SELECT subject_id, (data->>'closes_at')::timestamptz AS closes_at, (data->>'amount')::numeric AS amount
            FROM event WHERE kind IN ('CallPublished', 'CallCorrected') ORDER BY subject_id, version
            """
        )
    ):
        recorded[row.subject_id].append(row)
    return recorded


def _mistakes(call: Any, versions: list[Any], recorded: list[Any]) -> list[str]:
    if [row.number for row in versions] != list(range(1, call.current_version + 1)):
        return ["its versions have gaps, or are not those that it counts"]
    try:
        drafts = [draft_from(row.content) for row in versions]
        now = draft_of(call)
    except msgspec.ValidationError:
        return ["a version can't be read"]
    wrong = []
    if changed := changed_fields(drafts[-1], now):
        wrong.append(f"differs from what was published in {', '.join(changed)}")
    for number, (before, after) in enumerate(pairwise(drafts), 2):
        for name in changed_fields(before, after):
            if isinstance(CORRIGENDUM[name], Frozen):
                wrong.append(f"version {number} changes {name}, which never changes")
            elif CORRIGENDUM[name] is Corrected.LATER and getattr(after, name) < getattr(before, name):
                wrong.append(f"version {number} brings {name} forward")
    if [(row.closes_at, row.amount) for row in recorded] != [
        (draft.closes_at, draft.amount) for draft in drafts
    ]:
        wrong.append("its versions are not those that its events tell of")
    return wrong


@check("calls: answers")
async def answers(connection: AsyncConnection) -> list[str]:
    """Answers are numbered without a gap, follow their question, and the last one is the question's version."""
    rows = await connection.execute(
        text(
            """
            SELECT question.id FROM question LEFT JOIN answer ON answer.question_id = question.id
            GROUP BY question.id
            HAVING question.version <> count(answer.version) OR question.version <> coalesce(max(answer.version), 0)
                OR min(answer.published_at) < question.asked_at
            ORDER BY question.id
            """
        )
    )
    return [f"question {row.id}: its answers are not as it counts them" for row in rows]


@check("calls: cancelled")
async def cancelled(connection: AsyncConnection) -> list[str]:
    """A call is cancelled when, and only when, two people said so."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id,
                (call.state = 'cancelled') = (cancellation.id IS NOT NULL)
                    AND call.cancelled_at IS NOT DISTINCT FROM cancellation.confirmed_at AS sound
            FROM call LEFT JOIN call_cancellation AS cancellation
                ON cancellation.call_id = coalesce(call.series_id, call.id) AND cancellation.confirmed_at IS NOT NULL
            WHERE call.state = 'cancelled' OR (cancellation.id IS NOT NULL AND call.state <> 'decided')
            ORDER BY call.id
            """
        )
    )
    return [f"call {row.id}: its cancellation is not what its state says" for row in rows if not row.sound]
