"""Who gave which score, for auditors: what was sent, and what was sent before and opened again; and comments, for those who decide."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.rules.pseudonyms import pseudonym


class Scored(msgspec.Struct, frozen=True):
    """One assessor's assessment as the auditor, or they themselves, may read it. pseudonym: as in the bundle of the ranking."""

    application_id: UUID
    reference: str
    assessor: str
    pseudonym: str
    scores: dict[str, Decimal | None]
    comments: dict[str, str]
    sent_at: datetime | None
    counts: bool
    conflict: bool
    conflict_reason: str
    taken_off: str | None


_SCORED = text(
    f"""
    SELECT assignment.application_id, application.reference, person.name AS assessor, assignment.assessor_id,
        coalesce(assessment.scores, '{{}}') AS scores, coalesce(assessment.comments, '{{}}') AS comments, assessment.sent_at,
        coalesce({counts()}, false) AS counts, coalesce(declared.conflict, false) AS conflict, coalesce(declared.reason, '') AS conflict_reason,
        (SELECT reason FROM taken_off WHERE taken_off.application_id = assignment.application_id
            AND taken_off.assessor_id = assignment.assessor_id AND taken_off.at = assignment.ended_at) AS taken_off
    FROM assignment
    JOIN application ON application.id = assignment.application_id
    JOIN person ON person.id = assignment.assessor_id
    LEFT JOIN assessment ON assessment.application_id = assignment.application_id
        AND assessment.assessor_id = assignment.assessor_id
    LEFT JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
        AND declared.assessor_id = assignment.assessor_id
    WHERE application.call_id = :call AND NOT {shut_out()}
    ORDER BY application.number, person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def scored(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> list[Scored]:
    """Every assessment that was sent, and every recusal, with names: for the auditor only, and without what is closed to the
    viewer."""
    rows = await connection.execute(_SCORED, {"call": call_id, "viewer": viewer})
    return [
        msgspec.convert({**row._mapping, "pseudonym": pseudonym(call_id, row.assessor_id)}, Scored)
        for row in rows
    ]


class Reopened(msgspec.Struct, frozen=True):
    """An assessment as it was sent, before it was opened again; reason: "" where the application was given to the assessor anew."""

    application_id: UUID
    assessor: str
    pseudonym: str
    scores: dict[str, Decimal | None]
    comments: dict[str, str]
    sent_at: datetime
    reopened_at: datetime
    reopened_by: str | None
    reason: str


_REOPENED = text(
    f"""
    SELECT application.id AS application_id, person.name AS assessor, assessor_id, scores, comments, sent_at, reopened_at,
        officer.name AS reopened_by, reason
    FROM reopened_assessment JOIN application ON application.id = application_id
    JOIN person ON person.id = assessor_id LEFT JOIN person AS officer ON officer.id = reopened_by
    WHERE application.call_id = :call AND NOT {shut_out()}
    ORDER BY reopened_at, person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def reopened(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> dict[UUID, list[Reopened]]:
    """What was sent and opened again, by application, the earliest first: as `scored`, for the auditor only."""
    by_application: dict[UUID, list[Reopened]] = defaultdict(list)
    for row in await connection.execute(_REOPENED, {"call": call_id, "viewer": viewer}):
        line = msgspec.convert({**row._mapping, "pseudonym": pseudonym(call_id, row.assessor_id)}, Reopened)
        by_application[line.application_id].append(line)
    return by_application


class Comments(msgspec.Struct, frozen=True):
    """What an assessor wrote, by section key. assessor: the name, or the code by which exports call them."""

    assessor: str
    comments: dict[str, str]


_COMMENTS = text(
    f"""
    SELECT assessment.application_id, assessment.assessor_id, person.name, comments
    FROM assessment JOIN application ON application.id = assessment.application_id
    JOIN person ON person.id = assessment.assessor_id
    WHERE assessment.application_id = ANY (CAST(:ids AS uuid[])) AND {counts()}
    ORDER BY assessment.application_id, person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def comments_on(
    connection: AsyncConnection, call_id: UUID, application_ids: Collection[UUID], *, named: bool
) -> dict[UUID, list[Comments]]:
    """The comments of the assessments that count, by application; by name, or without names by the codes."""
    by_application: dict[UUID, list[Comments]] = defaultdict(list)
    for row in await connection.execute(_COMMENTS, {"ids": list(application_ids)}):
        assessor = row.name if named else pseudonym(call_id, row.assessor_id)
        by_application[row.application_id].append(Comments(assessor, row.comments))
    if not named:
        for given in by_application.values():
            given.sort(key=lambda comments: comments.assessor)
    return by_application
