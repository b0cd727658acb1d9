"""Reads about the opening of calls: the list without a word of what it holds, and how far an opening is."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.admission.rules.opening import Minutes, OpeningList
from facility.refused import refuse

_LIST = text(
    """
    SELECT
        (SELECT coalesce(jsonb_agg(jsonb_build_object('reference', application.reference, 'received_at', received_at,
            'fingerprint', fingerprint, 'withdrawn_at', withdrawn_at) ORDER BY received_at, number), '[]')
         FROM application JOIN call ON call.id = call_id
         WHERE call_id = :call AND track = 'joint' AND received_at IS NOT NULL
            AND application.opened_at IS NOT DISTINCT FROM call.opened_at) AS received,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('reference', application.reference, 'at', attempt.at,
            'reasons', attempt.reasons) ORDER BY attempt.at, attempt.id), '[]')
         FROM late_attempt AS attempt JOIN application ON application.id = attempt.application_id
         WHERE attempt.call_id IN (SELECT CAST(:call AS uuid) UNION ALL SELECT series_id FROM call AS last WHERE last.id = :call
            AND NOT EXISTS (SELECT FROM call AS later WHERE later.series_id = last.series_id
                AND later.batch > last.batch) AND last.mode = 'rolling')) AS late
    """
)


async def opening_list(reader: AsyncConnection | AsyncSession, call_id: UUID) -> OpeningList:
    """What came in to the call, and what came too late, as it stands now: one statement.

    What was carried over to it was opened with another batch; what came too late for a series is on its last one's list.
    """
    row = (await reader.execute(_LIST, {"call": call_id})).one()
    return list_of({"received": row.received, "late": row.late})


def list_of(kept: dict[str, Any]) -> OpeningList:
    return msgspec.convert(kept, OpeningList, strict=False)


class OpeningShown(msgspec.Struct, frozen=True):
    """A call and how far its opening is. `listed`: what the first person of a session had before them, else what there is
    now. `running`: a session waits for its second person."""

    call_id: UUID
    reference: str
    title: str
    state: str
    closes_at: datetime
    closed_at: datetime | None
    opened_at: datetime | None
    session_id: UUID | None
    started_by: UUID | None
    starter: str | None
    started_at: datetime | None
    ends_at: datetime | None
    confirmer: str | None
    confirmed_at: datetime | None
    minutes: Minutes | None
    listed: OpeningList
    now: OpeningList

    @property
    def changed(self) -> bool:
        """Whether something was withdrawn or tried since the session began, so that it has to begin anew."""
        return self.listed != self.now

    def running(self, now: datetime) -> bool:
        """Whether a session waits for its second person at this instant."""
        return self.opened_at is None and self.ends_at is not None and now <= self.ends_at


_SHOWN = text(
    """
    SELECT call.id AS call_id, call.reference, call.title, call.state, call.closes_at, call.closed_at, call.opened_at,
        session.id AS session_id, session.started_by, starter.name AS starter, session.started_at, session.ends_at,
        confirmer.name AS confirmer, session.confirmed_at, session.minutes, session.listed
    FROM call
    LEFT JOIN LATERAL (SELECT * FROM opening_session WHERE call_id = call.id ORDER BY number DESC LIMIT 1)
        AS session ON true
    LEFT JOIN person AS starter ON starter.id = session.started_by
    LEFT JOIN person AS confirmer ON confirmer.id = session.confirmed_by
    WHERE call.id = :call AND call.state <> 'draft'
    """
)


async def opening(connection: AsyncConnection, call_id: UUID) -> OpeningShown:
    """How far the opening of a call is: two statements. Raises Refused (missing)."""
    row = (await connection.execute(_SHOWN, {"call": call_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="call")
    now = await opening_list(connection, call_id)
    known: dict[str, Any] = {**row, "now": now}
    known["listed"] = row["listed"] if row["listed"] is not None else now
    return msgspec.convert(known, OpeningShown, strict=False)


async def minutes(connection: AsyncConnection, call_id: UUID) -> dict[str, Any]:
    """What the minutes of the call's opening say. Raises Refused (missing) before it."""
    kept = (
        await connection.execute(
            text("SELECT minutes FROM opening_session WHERE call_id = :call AND minutes IS NOT NULL"),
            {"call": call_id},
        )
    ).scalar()
    if kept is None:
        refuse("not_found", kind="missing", what="minutes")
    return dict(kept)
