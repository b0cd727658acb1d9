"""What experts are paid: for the pages of a request, and for the whole facility."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.deployments.models.mission import local, windows_of
from facility.deployments.rules import fees as rules
from facility.deployments.rules.fees import Due, Terms, Travel

PAGE = 25


class MissionShown(msgspec.Struct, frozen=True):
    """A booked expert of a request that pays. home: the country they come from; travel: as they stated it; fee and per_diem: what was
    confirmed, EUR."""

    invitation_id: UUID
    code: str
    home: str
    over_at: datetime | None
    travel: Travel | None
    stated_at: datetime | None
    fee: Decimal | None
    per_diem: Decimal | None
    confirmed_at: datetime | None
    confirmed_by: str | None

    def due(self, terms: Terms, first: date, last: date) -> Due:
        """For the travel that was stated, or as it is planned."""
        if self.travel is None:
            return rules.planned(terms, first, last, self.home)
        return rules.stated(terms, self.travel, self.home)


_MISSIONS = """
    SELECT invitation.id AS invitation_id, code, country AS home, over_at, departed_at, landed_at, stated_at, fee, per_diem,
        confirmed_at, person.name AS confirmed_by
    FROM invitation JOIN expert ON expert.id = invitation.expert_id JOIN deployment ON deployment.id = invitation.deployment_id
    LEFT JOIN mission ON mission.invitation_id = invitation.id LEFT JOIN person ON person.id = confirmed_by
    WHERE outcome = 'accepted' AND (deployment.state <> 'ended' OR over_at IS NOT NULL) AND
"""


async def missions(connection: AsyncConnection, deployment_id: UUID) -> list[MissionShown]:
    """Who is booked, or was until the last day, by seat: one statement."""
    query = text(f"{_MISSIONS} invitation.deployment_id = :deployment ORDER BY seat")
    return [_shown(row) for row in await connection.execute(query, {"deployment": deployment_id})]


async def mission(connection: AsyncConnection, invitation_id: UUID) -> MissionShown | None:
    """Of one invitation; None where it is not accepted."""
    row = (
        await connection.execute(
            text(f"{_MISSIONS} invitation.id = :invitation"), {"invitation": invitation_id}
        )
    ).first()
    return _shown(row) if row else None


class CancelledShown(msgspec.Struct, frozen=True):
    """A booking that was cancelled late, with what is due, EUR. days_before: to the first day; booked_fee: the fee of the booked days."""

    invitation_id: UUID
    code: str
    cancelled_at: datetime
    days_before: int
    percent: int
    booked_fee: Decimal
    fee: Decimal
    confirmed_at: datetime | None
    confirmed_by: str | None


_CANCELLED = """
    SELECT invitation.id AS invitation_id, code, cancelled_at, days_before, percent, booked_fee, fee, confirmed_at, person.name AS confirmed_by
    FROM cancellation_fee JOIN invitation ON invitation.id = invitation_id JOIN expert ON expert.id = expert_id
    LEFT JOIN person ON person.id = confirmed_by WHERE
"""


async def cancelled(connection: AsyncConnection, deployment_id: UUID) -> list[CancelledShown]:
    """By when it was cancelled: one statement."""
    query = text(f"{_CANCELLED} deployment_id = :deployment ORDER BY cancelled_at, code")
    rows = await connection.execute(query, {"deployment": deployment_id})
    return [CancelledShown(**row._mapping) for row in rows]


async def cancellation(connection: AsyncConnection, invitation_id: UUID) -> CancelledShown | None:
    """Of one invitation; None where nothing is due."""
    query = text(f"{_CANCELLED} invitation.id = :invitation")
    row = (await connection.execute(query, {"invitation": invitation_id})).first()
    return CancelledShown(**row._mapping) if row else None


def _shown(row: object) -> MissionShown:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    departed, landed = values.pop("departed_at"), values.pop("landed_at")
    return MissionShown(**values, travel=Travel(local(departed), local(landed)) if departed else None)


_TO_CONFIRM = f"""
    SELECT deployment.reference || ' ' || code AS thing, '/deployments/' || deployment.id AS href, call.reference AS call,
        {{since}} AS since, NULL AS until
    FROM {{table}} JOIN invitation ON invitation.id = invitation_id JOIN expert ON expert.id = expert_id
    JOIN deployment ON deployment.id = deployment_id JOIN application ON application.id = deployment.application_id
    JOIN call ON call.id = application.call_id
    WHERE {{since}} IS NOT NULL AND confirmed_at IS NULL AND NOT {shut_out("deployment.application_id", ":person_id")}
"""  # noqa: S608 - our own text
TO_CONFIRM = (
    _TO_CONFIRM.format(since="mission.stated_at", table="mission")
    + " UNION ALL "
    + _TO_CONFIRM.format(since="cancellation_fee.cancelled_at", table="cancellation_fee")
)
"""Sums to confirm, as work."""


class Plan(msgspec.Struct, frozen=True):
    """The pay of a request, and what the planned travel of an expert pays."""

    terms: Terms
    due: Due


async def planned_pay(connection: AsyncConnection, invitation_id: UUID) -> Plan | None:
    """Of an invitation; None where its request doesn't pay: one statement."""
    query = text(
        """
        SELECT terms, starts_on, ends_on, country FROM invitation JOIN deployment ON deployment.id = deployment_id
        JOIN expert ON expert.id = expert_id WHERE invitation.id = :invitation AND terms IS NOT NULL
        """
    ).columns(terms=JSONB)
    row = (await connection.execute(query, {"invitation": invitation_id})).first()
    if row is None:
        return None
    terms = msgspec.convert(row.terms, Terms)
    return Plan(terms, rules.planned(terms, row.starts_on, row.ends_on, row.country))


class FeeLine(msgspec.Struct, frozen=True):
    """A request that pays. booked, stated, confirmed count experts; fee and per_diem: what was confirmed, EUR, also for late
    cancellations."""

    id: UUID
    reference: str
    place: str
    starts_on: date
    ends_on: date
    booked: int
    stated: int
    confirmed: int
    fee: Decimal
    per_diem: Decimal


class Fees(msgspec.Struct, frozen=True):
    """A page of requests, the latest days first, and what is confirmed in all of them, EUR."""

    lines: list[FeeLine]
    older: UUID | None
    fee: Decimal
    per_diem: Decimal


_FEES = f"""
    SELECT deployment.id, reference, place, starts_on, ends_on, booked, stated, confirmed + late.count AS confirmed, fee + late.sum AS fee,
        per_diem
    FROM deployment CROSS JOIN LATERAL (
        SELECT count(*) AS count, coalesce(sum(fee), 0.00) AS sum
        FROM cancellation_fee JOIN invitation ON invitation.id = invitation_id
        WHERE deployment_id = deployment.id AND confirmed_at IS NOT NULL) AS late
    CROSS JOIN LATERAL (
        SELECT count(*) AS booked, count(stated_at) AS stated, count(confirmed_at) AS confirmed,
            coalesce(sum(fee), 0.00) AS fee, coalesce(sum(per_diem), 0.00) AS per_diem
        FROM invitation LEFT JOIN mission ON mission.invitation_id = invitation.id
        WHERE deployment_id = deployment.id AND outcome = 'accepted') AS due
    WHERE terms IS NOT NULL AND NOT {shut_out("deployment.application_id")}
"""  # noqa: S608 - our own text


async def fees(connection: AsyncConnection, viewer: UUID, *, before: UUID | None = None) -> Fees:
    """Without requests for an application that is closed to the viewer: two statements."""
    beyond = "AND (starts_on, deployment.id) < (SELECT starts_on, id FROM deployment WHERE id = :before)"
    page = f"{_FEES} {beyond if before else ''} ORDER BY starts_on DESC, deployment.id DESC LIMIT {PAGE + 1}"
    about = {"viewer": viewer} | ({"before": before} if before else {})
    rows = (await connection.execute(text(page), about)).all()
    whole = text(f"SELECT coalesce(sum(fee), 0.00), coalesce(sum(per_diem), 0.00) FROM ({_FEES}) AS due")  # noqa: S608
    fee, per_diem = (await connection.execute(whole, {"viewer": viewer})).one()
    lines = [FeeLine(**row._mapping) for row in rows[:PAGE]]
    return Fees(lines, lines[-1].id if len(rows) > PAGE else None, fee, per_diem)


class DueLine(msgspec.Struct, frozen=True):
    """What is due to one expert, EUR; cancelled: for a booking that was cancelled late."""

    reference: str
    application: str
    award_id: UUID
    code: str
    starts_on: date
    ends_on: date
    fee: Decimal
    per_diem: Decimal
    confirmed_at: datetime
    cancelled: bool


async def dues(connection: AsyncConnection, viewer: UUID) -> list[DueLine]:
    """All that was confirmed, the earliest first: one statement."""
    query = text(
        f"""
        SELECT deployment.reference, application.reference AS application, deployment.award_id, code, deployment.starts_on,
            deployment.ends_on, fee, per_diem, confirmed_at, cancelled
        FROM (SELECT invitation_id, fee, per_diem, confirmed_at, false AS cancelled FROM mission
            UNION ALL SELECT invitation_id, fee, 0.00, confirmed_at, true FROM cancellation_fee) AS due
        JOIN invitation ON invitation.id = invitation_id JOIN expert ON expert.id = expert_id
        JOIN deployment ON deployment.id = deployment_id JOIN application ON application.id = deployment.application_id
        WHERE confirmed_at IS NOT NULL AND NOT {shut_out("deployment.application_id")}
        ORDER BY confirmed_at, code
        """  # noqa: S608 - our own text
    )
    rows = await connection.execute(query, {"viewer": viewer})
    return [DueLine(**row._mapping) for row in rows]


class WindowsLine(msgspec.Struct, frozen=True):
    """A row of the table of travel windows."""

    valid_from: date
    windows: rules.Windows
    reason: str
    entered_at: datetime
    entered_by: str | None


async def windows(connection: AsyncConnection) -> list[WindowsLine]:
    """Every row, the latest day first, and of one day the one that counts."""
    rows = await connection.execute(
        text(
            """
            SELECT valid_from, whole_until, half_until, late, early_before, half_before, early, reason, entered_at,
                person.name AS entered_by
            FROM travel_windows LEFT JOIN person ON person.id = entered_by
            ORDER BY valid_from DESC, travel_windows.entered_at DESC
            """
        )
    )
    return [
        WindowsLine(row.valid_from, windows_of(row), row.reason, row.entered_at, row.entered_by)
        for row in rows
    ]
