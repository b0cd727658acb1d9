"""Decided calls and their applications, as a rehearsal can play them anew."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.calls.rules.call import Grid
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.queries.standing import scores_of
from facility.evaluation.rules.means import Scores, filled, means
from facility.money import display
from facility.refused import refuse
from facility.rehearsal.rules.scenario import Application, Lead, Partner
from facility.rehearsal.service.from_call import Source, scenario_grid


class PastCall(msgspec.Struct, frozen=True):
    """A call whose applications can be played."""

    id: UUID
    reference: str
    title: str
    decided_at: datetime


_READABLE = f"""decided_at IS NOT NULL AND mode = 'deadline'
    AND NOT EXISTS (SELECT FROM application WHERE call_id = call.id AND {shut_out()})"""
"""A call whose applications the viewer may rehearse: it is decided, and none of them is closed to them, since its scores
would be played."""


async def past_calls(connection: AsyncConnection, viewer: UUID) -> list[PastCall]:
    """The calls that the viewer may rehearse, the latest first. One statement."""
    rows = await connection.execute(
        text(
            f"SELECT id, reference, title, decided_at FROM call WHERE {_READABLE} ORDER BY decided_at DESC, id"  # noqa: S608
        ),
        {"viewer": viewer},
    )
    return [PastCall(*row) for row in rows]


_CALL = text(
    f"SELECT reference, title, closes_at, grid FROM call WHERE id = :id AND {_READABLE}"  # noqa: S608 - our own text
).bindparams(bindparam("id", type_=Uuid()))
_APPLICATIONS = text(
    f"""
    SELECT application.id, application.reference, application.title, requested, received_at,
        (SELECT json_agg(json_build_object('institution', institution.name, 'beneficiary', party.beneficiary_code,
            'lead', is_lead, 'confirmed', confirmation = 'confirmed') ORDER BY position)
         FROM party JOIN institution ON institution.id = institution_id
         WHERE application_id = application.id AND {ON_BOARD_SQL}) AS parties
    FROM application WHERE call_id = :id AND track = 'joint' AND received_at IS NOT NULL AND status <> 'withdrawn'
    ORDER BY received_at, application.reference COLLATE "C"
    """  # noqa: S608 - our own text
).bindparams(bindparam("id", type_=Uuid()))
_SCORES = text(
    f"""
    SELECT assessment.application_id, assessment.assessor_id, scores FROM assessment
    JOIN application ON application.id = assessment.application_id
    WHERE application.call_id = :id AND {counts()}
    ORDER BY assessment.application_id, assessment.assessor_id
    """  # noqa: S608 - our own text
).bindparams(bindparam("id", type_=Uuid()))


async def past_source(connection: AsyncConnection, call_id: UUID, viewer: UUID | None) -> Source:
    """The applications of a decided call with their parties, amounts and scores; assessors are numbered, not named.

    Three statements. Raises Refused (missing) for a call that the viewer may not rehearse.
    """
    call = (await connection.execute(_CALL, {"id": call_id, "viewer": viewer})).first()
    if call is None:
        refuse("not_found", kind="missing")
    grid = msgspec.convert(call.grid, Grid)
    scores: dict[UUID, dict[str, dict[str, Decimal]]] = defaultdict(dict)
    for row in await connection.execute(_SCORES, {"id": call_id}):
        name = f"assessor {len(scores[row.application_id]) + 1}"
        scores[row.application_id][name] = _by_section(scores_of(row.scores), grid)
    applications = [
        _application(row, scores[row.id]) for row in await connection.execute(_APPLICATIONS, {"id": call_id})
    ]
    title = f"{call.reference}: {call.title}"
    return Source(title, scenario_grid(grid), call.closes_at, tuple(applications))


def _by_section(scores: Scores, grid: Grid) -> dict[str, Decimal]:
    """Points by section, to the cent where they were given by sub-criteria, or where something does not apply."""
    points = filled(means([scores], grid), grid).sections
    given = {section.key: scores.get(section.key) for section in grid.sections}
    return {key: score or Decimal(display(points[key] or Fraction(0))) for key, score in given.items()}


def _application(row: Any, scores: dict[str, dict[str, Decimal]]) -> Application:
    lead = next(party for party in row.parties if party["lead"])
    return Application(
        reference=row.reference,
        title=row.title,
        track="joint",
        lead=Lead(lead["institution"], lead["beneficiary"]),
        partners=tuple(
            Partner(party["institution"], party["beneficiary"], party["confirmed"])
            for party in row.parties
            if not party["lead"]
        ),
        requested=row.requested,
        received_at=row.received_at,
        assessments=scores,
    )
