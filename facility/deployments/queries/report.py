"""Mission reports and feedback: for the pages of a request, the expert's link, the lead's page and Work."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.deployments.models.report import MissionReport, ReportState
from facility.deployments.queries.requests import SERVES
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.refused import refuse

_UNDELIVERED = undelivered_sql(MissionReport)


class OnExpert(msgspec.Struct, frozen=True):
    """The lead's feedback, from 1 to 5."""

    knowledge: int
    cooperation: int
    benefit: int
    comment: str
    given_at: datetime


class ReportShown(msgspec.Struct, frozen=True):
    """A report as staff see it. preparation, cooperation, prospects, comment: the expert's feedback; on_expert: the lead's."""

    id: UUID
    invitation_id: UUID
    expert_id: UUID
    code: str
    state: ReportState
    ends_at: datetime
    ended_at: datetime | None
    undelivered: bool
    done: str
    results: str
    recommendations: str
    preparation: int | None
    cooperation: int | None
    prospects: int | None
    comment: str
    waived_reason: str
    on_expert: OnExpert | None


async def reports(connection: AsyncConnection, deployment_id: UUID, *, feedback: bool) -> list[ReportShown]:
    """By seat; feedback: with that of both sides, for the secretariat. One statement."""
    rows = await connection.execute(
        text(
            f"""
            SELECT mission_report.id, mission_report.invitation_id, expert_id, code, mission_report.state, ends_at,
                mission_report.ended_at, {_UNDELIVERED} AS undelivered, done, results, recommendations,
                waived_reason, CASE WHEN :feedback THEN preparation END AS preparation,
                CASE WHEN :feedback THEN mission_report.cooperation END AS cooperation,
                CASE WHEN :feedback THEN prospects END AS prospects,
                CASE WHEN :feedback THEN mission_report.comment ELSE '' END AS comment,
                CASE WHEN :feedback THEN to_jsonb(expert_feedback) END::text AS on_expert
            FROM mission_report JOIN invitation ON invitation.id = mission_report.invitation_id JOIN expert ON expert.id = expert_id
            LEFT JOIN expert_feedback ON expert_feedback.invitation_id = invitation.id
            WHERE mission_report.deployment_id = :deployment ORDER BY mission_report.seat
            """  # noqa: S608 - our own text
        ),
        {"deployment": deployment_id, "feedback": feedback},
    )
    return [
        msgspec.convert(
            {**row._mapping, "on_expert": msgspec.json.decode(row.on_expert) if row.on_expert else None},
            ReportShown,
            strict=False,
        )
        for row in rows
    ]


class Linked(msgspec.Struct, frozen=True):
    """What the expert's link to the report shows."""

    id: UUID
    name: str
    reference: str
    place: str
    starts_on: date
    ends_on: date
    state: ReportState
    ends_at: datetime
    ended_at: datetime | None
    done: str
    results: str
    recommendations: str


_LINKED = text(
    """
    SELECT mission_report.id, expert.name, reference, place, starts_on, ends_on, mission_report.state, ends_at, mission_report.ended_at, done, results,
        recommendations, link.revoked_at
    FROM link JOIN mission_report ON mission_report.id = link.subject_id JOIN deployment ON deployment.id = deployment_id
    JOIN invitation ON invitation.id = invitation_id JOIN expert ON expert.id = expert_id
    WHERE token_hash = :hash AND purpose = 'mission_report'
    """
)


async def linked(connection: AsyncConnection, token: str) -> Linked:
    """What the link with this token is about: one statement. Raises Refused: link_unknown (missing), link_revoked."""
    return msgspec.convert(dict((await by_link(connection, _LINKED, token))._mapping), Linked)


class MissionOfLead(msgspec.Struct, frozen=True):
    """A mission that is over, for the lead. expert: the name, where the expert agreed that the parties see it; given_at: when the lead gave
    feedback."""

    invitation_id: UUID
    application_id: UUID
    application: str
    reference: str
    place: str
    starts_on: date
    ends_on: date
    seat: int
    expert: str | None
    state: ReportState
    ends_at: datetime
    ended_at: datetime | None
    done: str
    results: str
    recommendations: str
    given_at: datetime | None


async def mission_of(connection: AsyncConnection, application_id: UUID, invitation_id: UUID) -> MissionOfLead:
    """One statement. Raises Refused (missing), also where it is not over or of another application."""
    row = (
        await connection.execute(
            text(
                """
                SELECT invitation.id AS invitation_id, application.id AS application_id, application.reference AS application,
                    deployment.reference, deployment.place, starts_on, ends_on, invitation.seat,
                    CASE WHEN named_to_parties THEN expert.name END AS expert, mission_report.state, ends_at, mission_report.ended_at,
                    done, results, recommendations, given_at
                FROM mission_report JOIN invitation ON invitation.id = mission_report.invitation_id
                JOIN expert ON expert.id = expert_id JOIN deployment ON deployment.id = mission_report.deployment_id
                JOIN application ON application.id = deployment.application_id
                LEFT JOIN expert_feedback ON expert_feedback.invitation_id = invitation.id
                WHERE invitation.id = :invitation AND application.id = :application
                """
            ),
            {"invitation": invitation_id, "application": application_id},
        )
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="invitation")
    return msgspec.convert(dict(row._mapping), MissionOfLead)


MISSIONS = f"""
    SELECT jsonb_agg(jsonb_build_object('invitation_id', mission_report.invitation_id, 'seat', mission_report.seat,
            'reference', deployment.reference) ORDER BY deployment.reference, mission_report.seat)
    FROM mission_report JOIN deployment ON deployment.id = mission_report.deployment_id WHERE {SERVES}
"""  # noqa: S608 - our own text
"""Missions on the days of the row `activity` that are over and have a report, as far as its lead sees them (`MissionOfLead`)."""

_WORK = f"""
    SELECT deployment.reference || ' ' || code AS thing, '/deployments/' || deployment.id AS href, call.reference AS call,
        {{since}} AS since, {{until}} AS until
    FROM mission_report JOIN invitation ON invitation.id = mission_report.invitation_id JOIN expert ON expert.id = expert_id
    JOIN deployment ON deployment.id = mission_report.deployment_id JOIN application ON application.id = deployment.application_id
    JOIN call ON call.id = application.call_id WHERE NOT {shut_out("deployment.application_id", ":person_id")} AND
"""  # noqa: S608 - our own text
LATE = _WORK.format(since="ends_at", until="NULL") + "mission_report.state = 'late'"
"""Reports that did not come in time, as work."""
UNDELIVERED = _WORK.format(since="asked_at", until="NULL") + _UNDELIVERED
"""Reports whose mail did not get through, as work."""
ASKED = (
    _WORK.format(since="asked_at", until="ends_at")
    + f"mission_report.state = 'open' AND NOT ({_UNDELIVERED})"
)
"""Reports that experts can send in time, as work of others."""
TO_SAY = """
    SELECT deployment.reference || ' ' || deployment.place || ', '
            || CASE WHEN named_to_parties THEN expert.name ELSE mission_report.seat::text END AS thing,
        '/applications/' || application.id || '/missions/' || mission_report.invitation_id AS href, call.reference AS call,
        mission_report.asked_at AS since, NULL AS until
    FROM mission_report JOIN invitation ON invitation.id = mission_report.invitation_id JOIN expert ON expert.id = expert_id
    JOIN deployment ON deployment.id = mission_report.deployment_id JOIN application ON application.id = deployment.application_id
    JOIN call ON call.id = application.call_id
    WHERE application.lead_institution_id = :institution_id
        AND NOT EXISTS (SELECT FROM expert_feedback WHERE expert_feedback.invitation_id = mission_report.invitation_id)
"""
"""Missions on which the lead has given no feedback, as work."""


async def report_days(connection: AsyncConnection, invitation_id: UUID) -> int | None:
    """Within how many days after the mission its report is due; None where none is asked for: one statement."""
    query = text(
        "SELECT report_days FROM invitation JOIN deployment ON deployment.id = deployment_id WHERE invitation.id = :id"
    )
    days: int | None = (await connection.execute(query, {"id": invitation_id})).scalar_one()
    return days
