"""Releases by employers: for the pages of a request, the superior's link and Work; and who can be appointed."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries.invited import contact_line
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.zone import TODAY_SQL

_UNDELIVERED = undelivered_sql(Release)


class Booked(msgspec.Struct, frozen=True):
    """A booked expert of a request that needs releases or appoints, with the latest release. state: none was asked yet where it is None;
    name and email are then those of the superior in the profile. letter_id: of the appointment."""

    invitation_id: UUID
    code: str
    release_id: UUID | None
    state: ReleaseState | None
    name: str | None
    email: str | None
    signed: str | None
    insured: bool | None
    reason: str | None
    asked_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    undelivered: bool | None
    letter_id: UUID | None


_LATEST = f"""
    LEFT JOIN LATERAL (SELECT release.id AS release_id, release.state, name, email, signed, insured, reason, asked_at, ends_at, ended_at,
        {_UNDELIVERED} AS undelivered
        FROM release WHERE release.invitation_id = invitation.id ORDER BY asked_at DESC, id LIMIT 1) AS latest ON true
"""  # noqa: S608 - our own text
_LETTER = """(SELECT id FROM letter WHERE letter.application_id = deployment.application_id AND kind = 'appointment'
    AND data->>'invitation_id' = CAST(invitation.id AS text) ORDER BY created_at DESC LIMIT 1)"""


async def booked(connection: AsyncConnection, deployment_id: UUID) -> list[Booked]:
    """By seat: one statement."""
    rows = await connection.execute(
        text(
            f"""
            SELECT invitation.id AS invitation_id, code, release_id, latest.state,
                coalesce(latest.name, superior_name) AS name, coalesce(latest.email, superior_email) AS email, signed, insured, latest.reason,
                asked_at, ends_at, latest.ended_at, undelivered, {_LETTER} AS letter_id
            FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id {_LATEST}
            WHERE deployment_id = :deployment AND outcome = 'accepted' ORDER BY invitation.seat
            """  # noqa: S608 - our own text
        ),
        {"deployment": deployment_id},
    )
    return [msgspec.convert(dict(row._mapping), Booked) for row in rows]


async def signatures(connection: AsyncConnection, deployment_id: UUID) -> dict[UUID, str]:
    """Who answered for the employer, as they signed, by release."""
    rows = await connection.execute(
        text("SELECT id, signed FROM release WHERE deployment_id = :deployment AND signed <> ''"),
        {"deployment": deployment_id},
    )
    return {row.id: row.signed for row in rows}


class OfLink(msgspec.Struct, frozen=True):
    """What an expert's link shows of it. superior: the profile names one; checked: whom the secretariat has confirmed; letter_id: of the
    appointment."""

    state: ReleaseState | None
    superior: bool
    checked: bool
    letter_id: UUID | None


async def of_invitation(connection: AsyncConnection, invitation_id: UUID) -> OfLink:
    """One statement."""
    row = (
        await connection.execute(
            text(
                f"""
                SELECT latest.state, superior_email <> '' AS superior,
                    superior_checked = superior_email AS checked, {_LETTER} AS letter_id
                FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id {_LATEST}
                WHERE invitation.id = :invitation
                """  # noqa: S608 - our own text
            ),
            {"invitation": invitation_id},
        )
    ).one()
    return msgspec.convert(dict(row._mapping), OfLink)


class Linked(msgspec.Struct, frozen=True):
    """What a superior's link shows. booked: the expert still is; pays: the request pays a fee and a per diem; superseded: somebody was
    asked since; contact: whom the request names, on a line."""

    release_id: UUID
    state: ReleaseState
    name: str
    expert: str
    place: str
    starts_on: date
    ends_on: date
    reference: str
    deployment: DeploymentState
    booked: bool
    pays: bool
    superseded: bool
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    insured: bool | None
    beneficiaries: list[str]
    contact: str


_LINKED = text(
    f"""
    SELECT release.id AS release_id, release.state, release.name, expert.name AS expert, place, starts_on, ends_on, deployment.reference,
        deployment.state AS deployment, outcome = 'accepted' AS booked, terms IS NOT NULL AS pays, release.ends_at, release.ended_at,
        release.reason, insured, contact_name, contact_email, contact_phone, link.revoked_at,
        EXISTS (SELECT FROM release AS other WHERE other.invitation_id = release.invitation_id AND other.id <> release.id
            AND other.asked_at >= release.asked_at AND other.state IN ('open', 'released')) AS superseded,
        (SELECT coalesce(json_agg(name ORDER BY sort_order), '[]') FROM beneficiary WHERE code IN (
            SELECT beneficiary_code FROM party WHERE application_id = deployment.application_id AND {ON_BOARD_SQL})
        )::text AS beneficiaries
    FROM link JOIN release ON release.id = link.subject_id
    JOIN invitation ON invitation.id = release.invitation_id JOIN deployment ON deployment.id = release.deployment_id
    JOIN expert ON expert.id = invitation.expert_id
    WHERE token_hash = :hash AND purpose = 'release'
    """  # noqa: S608 - our own text
)


async def linked(connection: AsyncConnection, token: str) -> Linked:
    """What the link with this token is about: one statement. Raises Refused: link_unknown (missing), link_revoked."""
    row = await by_link(connection, _LINKED, token, now=clock.now())
    contact = contact_line(row.contact_name, row.contact_email, row.contact_phone)
    values = {**row._mapping, "beneficiaries": msgspec.json.decode(row.beneficiaries), "contact": contact}
    return msgspec.convert(values, Linked)


_WORK = f"""
    SELECT deployment.reference || ' ' || code AS thing,
        '/deployments/' || deployment.id || '/invitations/' || invitation.id || '/release' AS href, call.reference AS call, {{since}} AS since,
        {{until}} AS until
    FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
    JOIN application ON application.id = deployment.application_id JOIN call ON call.id = application.call_id {_LATEST}
    WHERE outcome = 'accepted' AND release_days IS NOT NULL AND deployment.state <> 'ended' AND deployment.ends_on >= {TODAY_SQL}
        AND NOT {shut_out("deployment.application_id", ":person_id")} AND
"""  # noqa: S608 - our own text
_FIRST_DAY = "CAST(deployment.starts_on AS timestamp) AT TIME ZONE 'Europe/Brussels'"
_UNASKED = _WORK.format(since="invitation.ended_at", until=_FIRST_DAY) + "release_id IS NULL AND "
UNKNOWN = _UNASKED + "superior_email = ''"
"""Booked experts of whom nobody knows who can release them, as work."""
UNCONFIRMED = _UNASKED + "superior_email <> '' AND superior_checked <> superior_email"
"""Booked experts whose superior nobody has confirmed, so that nobody was asked, as work."""
SILENT = (
    _WORK.format(since="latest.ended_at", until=_FIRST_DAY)
    + "(latest.state IN ('silent', 'cancelled') OR undelivered)"
)
"""Releases that nobody answered, or that did not get through, as work."""
ASKED = _WORK.format(since="asked_at", until="ends_at") + "latest.state = 'open' AND NOT undelivered"
"""Releases that a superior can give, as work of others."""
