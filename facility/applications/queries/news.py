"""What became of the call since an application was begun: corrigenda, answers, a cancellation."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules.call import CallDraft


class _Step(msgspec.Struct, frozen=True):
    before: dict[str, Any]
    after: dict[str, Any]


class News(msgspec.Struct, frozen=True):
    """Versions before and after each corrigendum since then, how many answers were published, and the cancellation."""

    corrigenda: list[tuple[CallDraft, CallDraft]]
    answers: int
    cancelled_at: datetime | None
    cancelled_because: str | None


_NEWS = text(
    """
    SELECT call.cancelled_at, cancellation.reason AS cancelled_because,
        (SELECT coalesce(json_agg(json_build_object('before', earlier.content, 'after', version.content)
            ORDER BY version.number), '[]')
         FROM call_version AS version JOIN call_version AS earlier
            ON earlier.call_id = version.call_id AND earlier.number = version.number - 1
         WHERE version.call_id = whole.id AND version.published_at > application.started_at)::text AS steps,
        (SELECT count(*) FROM answer JOIN question ON question.id = question_id
         WHERE question.call_id = whole.id AND answer.published_at > application.started_at) AS answers
    FROM application JOIN call ON call.id = application.call_id
    JOIN call AS whole ON whole.id = coalesce(call.series_id, call.id)
    LEFT JOIN call_cancellation AS cancellation
        ON cancellation.call_id = whole.id AND cancellation.confirmed_at IS NOT NULL
    WHERE application.id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_steps = msgspec.json.Decoder(list[_Step])


async def news(connection: AsyncConnection, application_id: UUID) -> News:
    """What happened to the call of this application since it was begun: one statement."""
    row = (await connection.execute(_NEWS, {"id": application_id})).one()
    return News(
        corrigenda=[
            (
                msgspec.convert(step.before, CallDraft, strict=False),
                msgspec.convert(step.after, CallDraft, strict=False),
            )
            for step in _steps.decode(row.steps)
        ],
        answers=row.answers,
        cancelled_at=row.cancelled_at,
        cancelled_because=row.cancelled_because,
    )
