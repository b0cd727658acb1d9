"""Conflicts of interests of experts with an application, as the data show them (dossier 4): each with what its sentence names."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.applications.models.parties import ON_BOARD_SQL
from facility.deployments.rules.shortlist import Conflict
from facility.zone import TODAY_SQL

_NAMES = """lower(institution.name), lower(nullif(institution.own_name, '')), lower(nullif(institution.abbreviation, ''))"""
_COOL_OFF = "make_interval(months => :months)"
# A side is the lead, or the partners together, as for assessors (ADR 27). An expert's accounts are those under their mail address.
_CONFLICTS = text(
    f"""
    WITH side AS MATERIALIZED (
        SELECT institution_id, party.beneficiary_code, is_lead, institution.name, ARRAY[{_NAMES}] AS names
        FROM party JOIN institution ON institution.id = institution_id
        WHERE application_id = :application AND {ON_BOARD_SQL}),
    pool AS MATERIALIZED (
        SELECT id, code, country, lower(btrim(employer)) AS employer, email FROM expert
        WHERE CASE WHEN CAST(:experts AS uuid[]) IS NULL THEN active ELSE id = ANY(:experts) END),
    account AS MATERIALIZED (
        SELECT pool.id AS expert_id, code, person.id AS person_id, person.institution_id
        FROM pool JOIN person AS own ON own.email = pool.email
        JOIN person ON coalesce(person.same_as_id, person.id) = coalesce(own.same_as_id, own.id)),
    judged AS (
        SELECT assignment.assessor_id AS person_id, assignment.application_id, application.lead_institution_id,
            coalesce(assessment.sent_at, assignment.at) AS at
        FROM assignment JOIN application ON application.id = assignment.application_id
        LEFT JOIN assessment USING (application_id, assessor_id)
        WHERE assignment.ended_at IS NULL OR assessment.sent_at IS NOT NULL)
    SELECT code, 'declared' AS key, concat_ws(': ', side.name, nullif(rtrim(reason, '. '), '')) AS about
    FROM pool JOIN expert_conflict ON expert_id = pool.id LEFT JOIN side USING (institution_id)
    WHERE institution_id IS NULL OR side.name IS NOT NULL
    UNION SELECT code, 'employer', side.name FROM pool JOIN side ON pool.employer = ANY(side.names)
    UNION SELECT code, 'employer', side.name FROM account JOIN side USING (institution_id)
    UNION SELECT pool.code, 'nationality', beneficiary.name
    FROM (SELECT min(beneficiary_code) AS code FROM side GROUP BY is_lead HAVING count(DISTINCT beneficiary_code) = 1) AS single
    JOIN beneficiary USING (code) JOIN pool ON pool.country = beneficiary.code
    UNION SELECT account.code, 'assessor', '' FROM account JOIN judged USING (person_id) WHERE application_id = :application
    UNION SELECT account.code, 'assessor_of_lead', side.name FROM account JOIN judged USING (person_id)
    JOIN side ON side.is_lead AND side.institution_id = judged.lead_institution_id
    WHERE application_id <> :application AND at >= CAST(:now AS timestamptz) - {_COOL_OFF}
    UNION SELECT pool.code, 'deployed', side.name
    FROM booking JOIN pool ON pool.id = booking.expert_id JOIN deployment ON deployment.id = booking.deployment_id
    JOIN party ON party.application_id = deployment.application_id AND {ON_BOARD_SQL} JOIN side ON side.institution_id = party.institution_id
    WHERE deployment.application_id <> :application AND booking.day >= {TODAY_SQL} - {_COOL_OFF}
    ORDER BY 1, 2, 3
    """  # noqa: S608 - our own text
)


async def found_conflicts(
    reader: AsyncConnection | AsyncSession,
    application_id: UUID,
    *,
    cool_off_months: int,
    now: datetime,
    expert_ids: Collection[UUID] | None = None,
) -> dict[str, list[Conflict]]:
    """By the expert's code, why they have a conflict with the application or its parties; of the active experts, or of those with these ids:
    one statement. What lies longer than the cool-off back counts no more. A deployment for the same application is no conflict."""
    rows = await reader.execute(
        _CONFLICTS,
        {
            "application": application_id,
            "experts": None if expert_ids is None else list(expert_ids),
            "months": cool_off_months,
            "now": now,
        },
    )
    conflicts = defaultdict[str, list[Conflict]](list)
    for row in rows:
        conflicts[row.code].append(Conflict(row.key, row.about))
    return dict(conflicts)
