"""What an expert is shown who was asked."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.models.parties import ON_BOARD_SQL
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries.requests import ADRIFT, Shortlist, decoded
from facility.deployments.rules.answers import DeclineReason, InvitationStatus
from facility.deployments.rules.fees import Terms
from facility.deployments.rules.shortlist import Part
from facility.experts.rules.languages import CefrLevel, Skill
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link


def contact_line(*parts: str) -> str:
    """ "Ada Berisha, ada@example.org, +355 4 000 000", without what is empty."""
    return ", ".join(filter(None, parts))


class Linked(msgspec.Struct, frozen=True):
    """What an expert's link shows. `home`: the expert's country; `language_level`, `shortlist`: as the list had them on which the expert
    stands; `booked`: on one of the days, in another deployment; `adrift`: no activity takes place on
    its days; `beneficiaries` as printed; `institutions`: whom the expert would help; `undelivered`: the mail with the link seemed not to
    get through."""

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    name: str
    code: str
    active: bool
    home: str
    outcome: InvitationStatus
    respond_by: datetime
    why: DeclineReason | None
    ended_at: datetime | None
    place: str
    starts_on: date
    ends_on: date
    seats: int
    requested_at: datetime
    state: DeploymentState
    language: str
    language_level: CefrLevel
    language_skill: Skill | None
    bcms: bool
    themes: dict[str, int]
    shortlist: Shortlist
    reference: str
    booked: bool
    adrift: bool
    for_activity: bool
    terms_of_reference: str
    contact_name: str
    contact_email: str
    contact_phone: str
    declares_conflicts: bool
    sensitive: bool
    has_pin: bool
    pin_tries: int
    terms: Terms | None
    release_days: int | None
    appoints: bool
    beneficiaries: list[str]
    institutions: list[str]
    undelivered: bool
    calendar_sequence: int

    @property
    def contact(self) -> str:
        """Whom the expert can ask, on a line; "" where the request names nobody."""
        return contact_line(self.contact_name, self.contact_email, self.contact_phone)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the expert's score is made of."""
        return next((expert.parts for expert in self.shortlist.ranked if expert.code == self.code), ())


_UNDELIVERED = undelivered_sql(Invitation)
INSTITUTIONS = f"""
    SELECT coalesce(json_agg(name || ', ' || designation ORDER BY nth, name), '[]') FROM (
        SELECT DISTINCT institution.name, beneficiary.name AS designation, beneficiary.sort_order AS nth
        FROM party JOIN institution ON institution.id = institution_id
        JOIN beneficiary ON beneficiary.code = party.beneficiary_code
        WHERE party.application_id = deployment.application_id AND {ON_BOARD_SQL}) AS served
"""  # noqa: S608 - our own text
"""The institutions that the row `deployment` is for, with their beneficiaries as printed."""


async def asked_level(connection: AsyncConnection, invitation_id: UUID) -> str:
    """The level of the language that is enough for this expert: that of the request, or of what made its list longer."""
    query = text(
        """SELECT CASE WHEN condition = 'language' THEN value ELSE language_level END
        FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN candidate USING (deployment_id, expert_id)
        LEFT JOIN list_extension ON list_extension.id = extension_id WHERE invitation.id = :id"""
    )
    return str((await connection.execute(query, {"id": invitation_id})).scalar_one())


async def institutions(connection: AsyncConnection, deployment_id: UUID) -> list[str]:
    """Whom an expert would help."""
    query = text(f"SELECT ({INSTITUTIONS})::text FROM deployment WHERE id = :id")  # noqa: S608 - our own text
    names = (await connection.execute(query, {"id": deployment_id})).scalar_one()
    return msgspec.json.decode(names, type=list[str])


_LINKED = text(
    f"""
    SELECT deployment.id AS deployment_id, invitation.id AS invitation_id, why, invitation.expert_id, expert.name, expert.code, expert.active, expert.country AS home, outcome, respond_by,
        invitation.ended_at, place, starts_on, ends_on, seats, requested_at, deployment.state, language,
        CASE WHEN condition = 'language' THEN value ELSE language_level END AS language_level, language_skill, bcms,
        deployment.themes::text AS themes, coalesce(list_extension.shortlist, deployment.shortlist)::text AS shortlist,
        deployment.reference,
        EXISTS (SELECT FROM booking WHERE booking.expert_id = invitation.expert_id AND day BETWEEN starts_on AND ends_on
            AND booking.deployment_id <> deployment.id) AS booked, deployment.id IN ({ADRIFT}) AS adrift, deployment.wish_id IS NOT NULL AS for_activity,
        (SELECT coalesce(json_agg(name ORDER BY sort_order), '[]') FROM beneficiary WHERE code IN (
            SELECT beneficiary_code FROM party WHERE application_id = deployment.application_id AND {ON_BOARD_SQL})
        )::text AS beneficiaries, ({INSTITUTIONS})::text AS institutions,
        terms_of_reference, contact_name, contact_email, contact_phone, declares_conflicts, sensitive, pin_tries,
        EXISTS (SELECT FROM expert_pin WHERE expert_pin.expert_id = expert.id) AS has_pin, terms::text AS terms, release_days, appoints, {_UNDELIVERED} AS undelivered, calendar_sequence, link.revoked_at
    FROM link JOIN invitation ON invitation.id = link.subject_id
    JOIN deployment ON deployment.id = deployment_id
    JOIN expert ON expert.id = invitation.expert_id
    LEFT JOIN candidate ON candidate.deployment_id = deployment.id AND candidate.expert_id = expert.id
    LEFT JOIN list_extension ON list_extension.id = extension_id
    WHERE token_hash = :hash AND purpose = 'invitation'
    """  # noqa: S608 - our own text
)


async def linked(connection: AsyncConnection, token: str) -> Linked:
    """What the link with this token is about: one statement. Raises Refused: link_unknown (missing), link_revoked."""
    row = await by_link(connection, _LINKED, token, now=clock.now())
    return msgspec.convert(
        decoded(row._mapping, ("themes", "shortlist", "terms", "beneficiaries", "institutions")), Linked
    )
