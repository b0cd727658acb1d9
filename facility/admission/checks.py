"""What `facility reconcile` looks at in what is let in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.events import ClarificationAnswered, ConsultationAnswered, LateAnswerTaken
from facility.admission.service.asking import About
from facility.admission.service.clarifications import CLARIFICATION
from facility.admission.service.consultations import CONSULTATION
from facility.admission.service.opening import minutes_hash
from facility.applications.models.sealing import OPENED_SQL, SEALED_SQL
from facility.events.base import Event
from facility.events.reconcile import check
from facility.inquiries.kinds import RemindingKind


@check("admission: consultations")
async def consultations(connection: AsyncConnection) -> list[str]:
    return await _differing_from_log(
        connection, CONSULTATION, {ConsultationAnswered: "", LateAnswerTaken: ""}
    )


@check("admission: clarifications")
async def clarifications(connection: AsyncConnection) -> list[str]:
    return await _differing_from_log(connection, CLARIFICATION, {ClarificationAnswered: "answered"})


async def _differing_from_log(
    connection: AsyncConnection, kind: RemindingKind[Any, About], answers: Mapping[type[Event], str]
) -> list[str]:
    """Inquiries whose state differs from what the log says. Silence counts only if its event is due at the end of the
    period. `answers`: the state that each kind of answer leads to; "" where the outcome in the event says so."""
    table = kind.name
    states = {kind.ended_silent: kind.silent, kind.cancelled: "cancelled", **answers}
    cases = " ".join(f"WHEN '{event.__name__}' THEN '{state}'" for event, state in states.items() if state)
    rows = await connection.execute(
        text(
            f"""
            SELECT reference, {table}.id, {table}.state, told.state AS told FROM {table}
            JOIN application ON application.id = application_id
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT CASE kind {cases} ELSE data ->> 'outcome' END
                FROM event WHERE subject_id = application_id AND data ->> '{table}_id' = {table}.id::text
                    AND kind = ANY(:kinds) AND NOT coalesce((data ->> 'late')::boolean, false)
                    AND (kind <> :silence OR due_at = ends_at)
                ORDER BY version DESC LIMIT 1), 'open') AS state) AS told
            WHERE {table}.state <> told.state ORDER BY reference COLLATE "C", {table}.id
            """  # noqa: S608 - our own names
        ),
        {"kinds": [event.__name__ for event in states], "silence": kind.ended_silent.__name__},
    )
    return [
        f"application {row.reference}: {table} {row.id} is {row.state}, the log says {row.told}"
        for row in rows
    ]


@check("admission: openings")
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


@check("admission: sealed")
async def sealed(connection: AsyncConnection) -> list[str]:
    """What was checked, assessed or decided was opened first; what is still to come in is not."""
    rows = await connection.execute(
        text(
            f"""
            SELECT reference FROM application
            WHERE ({SEALED_SQL} AND status NOT IN ('draft', 'submitted', 'withdrawn'))
                OR (track = 'joint' AND {OPENED_SQL} AND received_at IS NULL)
            ORDER BY reference COLLATE "C"
            """  # noqa: S608 - our own text
        )
    )
    return [
        f"application {row.reference}: read before it was opened, or opened before it came in" for row in rows
    ]
