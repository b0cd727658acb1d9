"""Reads of the pool, as pages show it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.models.profile import RECENT_DAY_SQL
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CefrLevel, Skill
from facility.files.attaching import DocumentLine
from facility.inquiries.queries import by_link
from facility.outbox.links import token_of
from facility.refused import refuse

PAGE = 25


class ThemeLevel(msgspec.Struct, frozen=True):
    """A theme that an expert knows; level 1 to 5."""

    code: str
    name: str
    level: int


class LanguageLevel(msgspec.Struct, frozen=True):
    """A language (ISO 639) at a CEFR level, and its skills at another one."""

    language: str
    level: CefrLevel
    skills: dict[Skill, CefrLevel] = {}


class Period(msgspec.Struct, frozen=True):
    """Days, both ends included."""

    starts_on: date
    ends_on: date


class Conflict(msgspec.Struct, frozen=True):
    """Why an expert may not serve an institution; without one: any."""

    institution_id: UUID | None
    institution: str | None
    reason: str


class Booked(msgspec.Struct, frozen=True):
    """Days for which an expert is booked."""

    deployment_id: UUID
    starts_on: date
    ends_on: date


class ExpertLine(msgspec.Struct, frozen=True):
    """An expert on the list of the pool. Deployments in the last 12 months: `deployments_12m` as the profile states them,
    `booked_12m` as bookings here show them."""

    id: UUID
    code: str
    name: str
    country: str
    branch: Branch | None
    branch_other: str
    deployments_12m: int
    booked_12m: int
    active: bool
    themes: list[ThemeLevel]
    languages: list[LanguageLevel]


class ExpertShown(ExpertLine, frozen=True, kw_only=True):
    """An expert with everything that the pool knows."""

    email: str
    employer: str
    superior_name: str
    superior_email: str
    superior_checked: str
    gender: str | None
    past_deployments: str
    version: int
    registered_at: datetime
    valid_until: date | None
    absent_weekdays: list[int]
    notice_days: int | None
    days_per_year: int | None
    notice: date | None
    agreed_at: datetime | None
    linked: bool
    has_pin: bool
    available: list[Period]
    conflicts: list[Conflict]
    booked: list[Booked]
    documents: list[DocumentLine]

    def booked_from(self, today: date) -> list[Booked]:
        """Bookings that are not over."""
        return [stay for stay in self.booked if stay.ends_on >= today]


# The pieces of a profile as JSON, so that an expert is one row and a page of experts one statement.
_LINE = f"""
    expert.id, code, expert.name, country, branch, branch_other, deployments_12m, expert.active,
    (SELECT count(DISTINCT deployment_id) FROM booking WHERE expert_id = expert.id AND {RECENT_DAY_SQL}) AS booked_12m,
    (SELECT coalesce(json_agg(json_build_object('code', theme_code, 'name', theme.name, 'level', level)
            ORDER BY level DESC, theme_code COLLATE "C"), '[]')
     FROM expert_theme JOIN theme ON theme.code = theme_code WHERE expert_id = expert.id)::text AS themes,
    (SELECT coalesce(json_agg(json_build_object('language', language, 'level', level,
                'skills', (SELECT coalesce(json_object_agg(skill, stated.level), '{{}}') FROM expert_language_skill AS stated
                    WHERE stated.expert_id = expert_language.expert_id AND stated.language = expert_language.language))
            ORDER BY level COLLATE "C" DESC, language COLLATE "C"), '[]')
     FROM expert_language WHERE expert_id = expert.id)::text AS languages
"""  # noqa: S608 - our own text
DOCUMENTS = """coalesce(json_agg(json_build_object('id', id, 'name', name, 'kind', kind, 'size', size, 'sha256', sha256,
    'virus_scan', virus_scan, 'unread', unread, 'uploaded_at', uploaded_at) ORDER BY uploaded_at, id), '[]')"""
"""Rows of `expert_document` as JSON, each a `DocumentLine`."""
_ONE = f"""
    SELECT {_LINE}, email, employer, superior_name, superior_email, superior_checked, gender, past_deployments, version,
        registered_at, valid_until, absent_weekdays::text AS absent_weekdays, notice_days, days_per_year, notice, agreed_at,
        EXISTS (SELECT FROM link WHERE purpose = 'profile' AND subject_id = expert.id AND revoked_at IS NULL) AS linked,
        EXISTS (SELECT FROM expert_pin WHERE expert_pin.expert_id = expert.id) AS has_pin,
        (SELECT coalesce(json_agg(json_build_object('starts_on', starts_on, 'ends_on', ends_on) ORDER BY starts_on),
            '[]') FROM expert_availability WHERE expert_id = expert.id)::text AS available,
        (SELECT coalesce(json_agg(json_build_object('institution_id', institution_id, 'institution', institution.name,
            'reason', reason) ORDER BY institution.sort_key COLLATE "C" NULLS FIRST), '[]')
         FROM expert_conflict LEFT JOIN institution ON institution.id = institution_id
         WHERE expert_id = expert.id)::text AS conflicts,
        (SELECT coalesce(json_agg(json_build_object('deployment_id', deployment_id, 'starts_on', starts_on,
            'ends_on', ends_on) ORDER BY starts_on), '[]')
         FROM (SELECT deployment_id, min(day) AS starts_on, max(day) AS ends_on
            FROM booking WHERE expert_id = expert.id GROUP BY deployment_id) AS taken)::text AS booked,
        (SELECT {DOCUMENTS} FROM expert_document WHERE expert_document.expert_id = expert.id AND removed_at IS NULL)::text AS documents
    FROM expert
"""  # noqa: S608 - our own text
_SHOWN = text(f"{_ONE} WHERE expert.id = :expert")
_LINKED = text(
    f"""
    SELECT it.*, link.revoked_at FROM link JOIN ({_ONE}) AS it ON it.id = link.subject_id
    WHERE token_hash = :hash AND purpose = 'profile'
    """  # noqa: S608 - our own text
)

_CALENDAR = text(
    """
    SELECT id, nonce FROM link WHERE purpose = 'bookings' AND subject_id = :expert AND revoked_at IS NULL
    ORDER BY created_at DESC LIMIT 1
    """
)
_JSON = ("absent_weekdays", "themes", "languages", "available", "conflicts", "booked", "documents")
_FILTERS = {
    "theme": "AND EXISTS (SELECT FROM expert_theme WHERE expert_id = expert.id AND theme_code = :theme)",
    "country": "AND country = :country",
    "language": "AND EXISTS (SELECT FROM expert_language WHERE expert_id = expert.id AND language = :language)",
    "after": 'AND code COLLATE "C" > :after',
}


async def pool(
    connection: AsyncConnection, *, theme: str = "", country: str = "", language: str = "", after: str = ""
) -> tuple[list[ExpertLine], str | None]:
    """A page of experts by code, and the code after which the next page begins: one statement."""
    given = {"theme": theme, "country": country, "language": language, "after": after}
    used: dict[str, object] = {name: value for name, value in given.items() if value}
    statement = (
        f"SELECT {_LINE} FROM expert WHERE true {' '.join(_FILTERS[name] for name in used)}"  # noqa: S608
        f' ORDER BY code COLLATE "C" LIMIT {PAGE + 1}'
    )
    rows = (await connection.execute(text(statement), {**used, "now": clock.now()})).mappings().all()
    lines = [msgspec.convert(_decoded(row), ExpertLine) for row in rows[:PAGE]]
    return lines, lines[-1].code if len(rows) > PAGE else None


async def expert(connection: AsyncConnection, expert_id: UUID) -> ExpertShown:
    """One expert: one statement. Raises Refused (missing)."""
    row = (await connection.execute(_SHOWN, {"expert": expert_id, "now": clock.now()})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="expert")
    return msgspec.convert(_decoded(row), ExpertShown)


async def expert_by_link(connection: AsyncConnection, token: str) -> ExpertShown:
    """The expert whose profile link has this token. Raises Refused: link_unknown (missing), link_revoked."""
    row = await by_link(connection, _LINKED, token, now=clock.now())
    return msgspec.convert(_decoded(row._mapping), ExpertShown)


async def calendar_path(connection: AsyncConnection, expert_id: UUID) -> str | None:
    """The address that the expert's own calendar follows, if there is one."""
    row = (await connection.execute(_CALENDAR, {"expert": expert_id})).first()
    return f"/link/bookings/{token_of(row.id, row.nonce)}" if row else None


def _decoded(row: Any) -> dict[str, Any]:
    return {**row, **{name: msgspec.json.decode(row[name]) for name in _JSON if name in row}}


async def themes(connection: AsyncConnection, *, retired: bool = False) -> list[tuple[str, str]]:
    """Codes and names, by code; `retired`: those too."""
    rows = await connection.execute(
        text('SELECT code, name FROM theme WHERE active OR :retired ORDER BY code COLLATE "C"'),
        {"retired": retired},
    )
    return [(row.code, row.name) for row in rows]


class Engagement(msgspec.Struct, frozen=True):
    """That an expert was asked for something, as a later room tells it."""

    label: str
    href: str
    starts_on: date
    ends_on: date
    state: str
    kind: str
    asked_at: datetime


type Tell = Callable[[AsyncConnection, UUID, UUID], Awaitable[Sequence[Engagement]]]
_TELL: list[Tell] = []


def engagements_from(tell: Tell) -> Tell:
    """Register where an expert's page learns what the expert was asked for, without what is closed to the viewer:
    `async def tell(connection, expert_id, viewer)`."""
    _TELL.append(tell)
    return tell


async def engagements(connection: AsyncConnection, expert_id: UUID, viewer: UUID) -> list[Engagement]:
    """What later rooms tell, newest first."""
    engagements_found: list[Any] = [
        line for tell in _TELL for line in await tell(connection, expert_id, viewer)
    ]
    return sorted(engagements_found, key=lambda engagement: engagement.asked_at, reverse=True)
