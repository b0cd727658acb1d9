"""Possible conflicts of interests that follow from data: rooms register how they find some, and one statement asks all of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.accounts.models import accounts_of
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.sealing import OPENED_SQL
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, OF_COMMITTEE
from facility.evaluation.models.conflict import rules_on_conflicts
from facility.evaluation.models.counting_assessments import recused
from facility.web.i18n import Message, filled

type Reader = AsyncConnection | AsyncSession


class Finder(msgspec.Struct, frozen=True):
    """A way in which somebody may have a conflict. label: the reason, with {about}; rows: see `finds_conflicts`."""

    key: str
    label: Message
    rows: str


FINDERS: dict[str, Finder] = {}


def finds_conflicts(key: str, label: Message, rows: str) -> None:
    """Register a way to find possible conflicts, in the room's `registry`. Mark labels with N_().

    `rows`: a SELECT of `application_id`, `person_id` and `about` (what the label names), over `judged` (the `id` of each application
    that is asked about), `candidate` (the columns of `person` of those who are asked about) and :now.
    """
    if key in FINDERS:
        raise TypeError(f"two finders are named {key}")
    FINDERS[key] = Finder(key, label, rows)


NAMED = "named"
"""The finder whose rows are looked for in texts (`service.conflicts.look_for_names`)."""


def candidates_sql(candidates: str, applications: str) -> str:
    """What all finders find about these people and applications (queries for ids): finder, application_id, person_id, about."""
    parts = " UNION ALL ".join(
        f"SELECT '{finder.key}' AS finder, application_id, person_id, CAST(about AS text) AS about FROM ({finder.rows}) AS {finder.key}"  # noqa: S608
        for finder in FINDERS.values()
    )
    return f"""WITH judged AS MATERIALIZED ({applications}),
        candidate AS MATERIALIZED (SELECT * FROM person WHERE id IN ({candidates})) {parts}"""  # noqa: S608


PEOPLE_SQL = f"""SELECT person_role.person_id FROM person_role JOIN person ON person.id = person_role.person_id
        WHERE role = 'assessor' AND status = 'active'
    UNION SELECT call_duty.person_id FROM call_duty JOIN call ON call_duty.call_id = {OF_COMMITTEE} WHERE call.id = :call
    UNION SELECT committee_member.person_id FROM committee_member JOIN call ON committee_member.call_id = {OF_COMMITTEE}
        WHERE call.id = :call AND committee_member.ended_at IS NULL"""  # noqa: S608
"""Whom a call's conflicts are looked for: all assessors, its committee, and whoever runs it."""
APPLICATIONS_SQL = f"SELECT id FROM application WHERE call_id = :call AND track = 'joint' AND {OPENED_SQL}"  # noqa: S608 - our own text
"""What they may have conflicts with: what was opened."""


class Finding(msgspec.Struct, frozen=True):
    """A possible conflict of a person on an application. reasons: sentences; mine: the viewer decides on it. conflict: how it was decided, with
    `reason`; None while it is open."""

    application_id: UUID
    reference: str
    title: str
    person_id: UUID
    person: str
    reasons: list[str]
    since: datetime
    conflict: bool | None
    reason: str
    decider: str | None
    decided_at: datetime | None
    mine: bool


_FINDINGS = text(
    f"""
    SELECT application.id AS application_id, application.reference, application.title, conflict_finding.person_id,
        person.name AS person, array_agg(finder ORDER BY finder) AS finders, array_agg(about ORDER BY finder) AS abouts,
        min(found_at) AS since, conflict, conflict_finding.reason, decider.name AS decider, conflict_finding.decided_at,
        bool_and({rules_on_conflicts("conflict_finding.person_id", ":viewer")}) AS mine
    FROM conflict_finding JOIN application ON application.id = conflict_finding.application_id
    JOIN call ON call.id = application.call_id JOIN person ON person.id = conflict_finding.person_id
    LEFT JOIN person AS decider ON decider.id = conflict_finding.decided_by
    WHERE application.call_id = :call AND NOT {shut_out()}
        AND conflict_finding.person_id NOT IN ({accounts_of("CAST(:viewer AS uuid)")})
    GROUP BY application.id, application.reference, application.title, conflict_finding.person_id, person.name, person.sort_key,
        conflict, conflict_finding.reason, decider.name, conflict_finding.decided_at
    ORDER BY conflict_finding.decided_at DESC NULLS FIRST, application.number, person.sort_key, conflict_finding.person_id
    """  # noqa: S608 - our own text
)


async def findings(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> list[Finding]:
    """Possible conflicts of the call, open ones first; without the viewer's own, and without what is closed to the viewer."""
    rows = await connection.execute(_FINDINGS, {"call": call_id, "viewer": viewer})
    return [
        msgspec.convert(
            {**row._mapping, "reasons": reasons_of(zip(row.finders, row.abouts, strict=True))}, Finding
        )
        for row in rows
    ]


def reasons_of(found_by: "zip[tuple[str, str]] | Sequence[tuple[str, str]]") -> list[str]:
    """Sentences for what finders found: pairs of a finder and what its label names."""
    return [filled(FINDERS[key].label, about=about) for key, about in found_by if key in FINDERS]


_UNDECIDED = text(
    f"""
    SELECT count(*) FROM (
        SELECT DISTINCT application_id, person_id FROM conflict_finding
        JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id
        WHERE application.call_id = :call AND conflict IS NULL AND (
            EXISTS (SELECT FROM assignment WHERE assignment.application_id = application.id
                AND assignment.assessor_id = conflict_finding.person_id AND assignment.ended_at IS NULL)
            OR EXISTS (SELECT FROM committee_member WHERE committee_member.call_id = {OF_COMMITTEE}
                AND committee_member.person_id = conflict_finding.person_id AND committee_member.ended_at IS NULL)
            OR EXISTS (SELECT FROM call_duty WHERE call_duty.call_id = {OF_COMMITTEE}
                AND call_duty.person_id = conflict_finding.person_id AND duty <> 'assesses'))) AS pairs
    """  # noqa: S608 - our own text
)


async def undecided(reader: Reader, call_id: UUID) -> int:
    """How many possible conflicts of people who take part in the call are open."""
    return int((await reader.execute(_UNDECIDED, {"call": call_id})).scalar_one())


def to_replace_sql(who: str) -> str:
    """A query for applications whose assessors have conflicts and were not replaced since, in calls with a committee. who: a condition for
    whoever asks."""
    return f"""SELECT application.id, application.reference || ' ' || application.title AS thing, call.id AS call_id, call.mode,
        call.reference AS call, min(declared.at) AS since
    FROM assignment JOIN application ON application.id = assignment.application_id JOIN call ON call.id = application.call_id
    JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
        AND declared.assessor_id = assignment.assessor_id AND declared.conflict
    WHERE assignment.ended_at IS NULL AND application.status = 'admissible' AND call.state = 'closed' AND {HAS_COMMITTEE_SQL}
        AND NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id)
        AND NOT {shut_out(person=":person_id")} AND {who}
    GROUP BY application.id, call.id
    HAVING count(*) > (SELECT count(*) FROM assignment AS later WHERE later.application_id = application.id
        AND later.at >= min(declared.at) AND later.ended_at IS NULL AND NOT {recused("later")})"""  # noqa: S608 - our own text


class Declared(msgspec.Struct, frozen=True):
    """A conflict that somebody declared, and whether they had sent an assessment, which counts no more."""

    reference: str
    title: str
    person: str
    at: datetime
    sent: bool


_DECLARED = text(
    f"""
    SELECT application.reference, application.title, person.name AS person, declared.at,
        EXISTS (SELECT FROM assessment WHERE assessment.application_id = application.id
            AND assessment.assessor_id = declared.assessor_id) AS sent
    FROM conflict_declaration AS declared JOIN application ON application.id = declared.application_id
    JOIN person ON person.id = declared.assessor_id
    WHERE application.call_id = :call AND declared.conflict AND declared.decided_by IS NULL AND NOT {shut_out()}
    ORDER BY declared.at DESC, application.number, person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def declared_conflicts(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> list[Declared]:
    """Conflicts of the call that were declared, the latest first, without what is closed to the viewer. No reasons."""
    rows = await connection.execute(_DECLARED, {"call": call_id, "viewer": viewer})
    return [Declared(**row._mapping) for row in rows]
