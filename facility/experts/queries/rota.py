"""Reads of the stand-by rota, as pages show it and requests for experts use it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.models.rota import COVERED_SQL, HINDRANCE_SQL, Swap
from facility.experts.rules.rota import LEAST_LEVEL, WEEKS_AHEAD, Member, last_day, week_of
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.refused import refuse
from facility.zone import BRUSSELS, TODAY_SQL

MOST_SHOWN = 200
"""Experts whom a page offers for a week, those who know the theme best first."""
_HAS_ROTA = "theme.active AND theme.rota_since IS NOT NULL"


def this_week() -> date:
    """The Monday of the present week."""
    return week_of(clock.now().astimezone(BRUSSELS).date())


class RotaTheme(msgspec.Struct, frozen=True):
    """A theme of the taxonomy that can be chosen, and whether it has a rota."""

    id: UUID
    code: str
    name: str
    has_rota: bool


async def rota_themes(connection: AsyncConnection) -> list[RotaTheme]:
    """All that can be chosen, by code: one statement."""
    rows = await connection.execute(
        text(
            f"""SELECT id, code, name, {_HAS_ROTA} AS has_rota FROM theme
            WHERE theme.active OR theme.rota_since IS NOT NULL ORDER BY code COLLATE "C\""""  # noqa: S608 - our own text
        )
    )
    return [RotaTheme(**row._mapping) for row in rows]


class Slot(msgspec.Struct, frozen=True):
    """A week of a theme. Without an expert nobody is on call. `hindrance`: why whoever is could not be put on call now, as
    `rules.rota.hindrance`; `swapping`: a colleague is asked to take it."""

    theme_id: UUID
    code: str
    theme: str
    week: date
    id: UUID | None
    expert_id: UUID | None
    expert: str | None
    name: str | None
    hindrance: str | None
    swapping: bool

    @property
    def covered(self) -> bool:
        """Somebody is on call who can be."""
        return self.id is not None and self.hindrance is None


_SLOT = f"""
    SELECT theme.id AS theme_id, theme.code, theme.name AS theme, slot.week, on_call.id, expert.id AS expert_id, expert.code AS expert,
        expert.name, CASE WHEN expert.id IS NOT NULL THEN {HINDRANCE_SQL} END AS hindrance,
        EXISTS (SELECT FROM swap WHERE swap.theme_id = theme.id AND slot.week IN (swap.week, swap.in_exchange) AND state = 'open')
            AS swapping
    FROM theme CROSS JOIN (SELECT CAST(:first AS date) + 7 * number AS week FROM generate_series(0, :count - 1) AS number) AS slot
    LEFT JOIN on_call ON on_call.theme_id = theme.id AND on_call.week = slot.week LEFT JOIN expert ON expert.id = expert_id
"""  # noqa: S608 - our own text
_BOARD = text(f'{_SLOT} WHERE {_HAS_ROTA} ORDER BY slot.week, theme.code COLLATE "C"')
_OF_THEME = text(f"{_SLOT} WHERE theme.id = :theme AND {_HAS_ROTA}")
_BY_ID = text(f"{_SLOT} WHERE on_call.id = :id")
_WEEK_OF = text("SELECT week FROM on_call WHERE id = :id")


async def board(connection: AsyncConnection, first: date, count: int) -> list[Slot]:
    """So many weeks of every theme that has a rota, by week and code: one statement."""
    rows = await connection.execute(_BOARD, {"first": first, "count": count})
    return [Slot(**row._mapping) for row in rows]


async def slot(connection: AsyncConnection, theme_id: UUID, week: date) -> Slot:
    """A week of a theme. Raises Refused (missing) where the theme has no rota."""
    about = {"first": week, "count": 1, "theme": theme_id}
    row = (await connection.execute(_OF_THEME, about)).first()
    if row is None:
        refuse("not_found", kind="missing", what="theme")
    return Slot(**row._mapping)


async def slot_by_id(connection: AsyncConnection, on_call_id: UUID) -> Slot:
    """A week in which somebody is on call. Raises Refused (missing)."""
    week = (await connection.execute(_WEEK_OF, {"id": on_call_id})).scalar()
    if week is None:
        refuse("not_found", kind="missing", what="on_call")
    return Slot(
        **(await connection.execute(_BY_ID, {"id": on_call_id, "first": week, "count": 1})).one()._mapping
    )


_WEEK_SQL = f"CAST(date_trunc('week', {TODAY_SQL}) AS date)"
GAPS = f"""
    SELECT theme.name || ', ' || to_char(slot.week, 'FMDD Mon YYYY') AS thing, '/rota/put?theme=' || theme.id || '&week=' || slot.week AS href,
        NULL AS call, greatest(theme.rota_since, CAST(slot.week - 28 AS timestamp) AT TIME ZONE 'Europe/Brussels') AS since,
        CAST(slot.week AS timestamp) AT TIME ZONE 'Europe/Brussels' AS until
    FROM theme CROSS JOIN (SELECT {_WEEK_SQL} + 7 * number AS week FROM generate_series(0, {WEEKS_AHEAD}) AS number) AS slot
    WHERE {_HAS_ROTA} AND NOT {COVERED_SQL}
"""  # noqa: S608 - our own text
"""Weeks that are to be filled now (`rules.rota.is_to_fill`), as work."""

UNDELIVERED = f"""SELECT expert.code AS thing, '/experts/' || expert.id AS href, NULL AS call, asked_at AS since, ends_at AS until
    FROM swap JOIN expert ON expert.id = colleague_id WHERE {undelivered_sql(Swap)}"""  # noqa: S608 - our own text
"""Offers whose mail did not get through, as work."""


class Offered(msgspec.Struct, frozen=True):
    """An expert whom the secretariat can put on call for a theme. `weeks`: in how many of the last 52 weeks and those to come they are on
    call for any theme."""

    id: UUID
    name: str
    weeks: int
    member: Member


_MEMBERS = text(
    f"""
    SELECT expert.id, expert.code, expert.name, coalesce(level, 0) AS level, expert.active, valid_until,
        absent_weekdays::text AS absent_weekdays,
        (SELECT coalesce(json_agg(json_build_array(starts_on, ends_on)), '[]') FROM expert_availability
         WHERE expert_id = expert.id AND ends_on >= :first AND starts_on <= :last)::text AS available,
        (SELECT coalesce(json_agg(day), '[]') FROM booking
         WHERE expert_id = expert.id AND day BETWEEN :first AND :last)::text AS booked,
        (SELECT count(*) FROM on_call WHERE expert_id = expert.id AND week > CAST(:first AS date) - 364) AS weeks
    FROM expert LEFT JOIN expert_theme ON expert_id = expert.id AND theme_code = (SELECT code FROM theme WHERE id = :theme)
    WHERE CASE WHEN CAST(:expert AS uuid) IS NULL THEN expert.active AND level >= {LEAST_LEVEL} ELSE expert.id = :expert END
    ORDER BY level DESC, weeks, expert.code COLLATE "C" LIMIT {MOST_SHOWN}
    """  # noqa: S608 - our own text
)
_JSON = ("absent_weekdays", "available", "booked")


async def members(
    connection: AsyncConnection, theme_id: UUID, first: date, last: date, expert_id: UUID | None = None
) -> list[Offered]:
    """Who knows the theme well enough, or this expert, with what the rota asks of them from the first week to the last, both included:
    one statement. Who knows it best comes first, then who is on call least."""
    about = {"theme": theme_id, "first": first, "last": last_day(last), "expert": expert_id}
    rows = (await connection.execute(_MEMBERS, about)).mappings()
    return [_offered(dict(row)) for row in rows]


def _offered(row: dict[str, Any]) -> Offered:
    read = {name: msgspec.json.decode(row[name]) for name in _JSON}
    return Offered(row["id"], row["name"], row["weeks"], msgspec.convert({**row, **read}, Member))


class OwnWeek(msgspec.Struct, frozen=True):
    """A week in which an expert is on call. The code of the colleague to whom it is offered, the week in exchange, and until when they
    answer, where it is."""

    id: UUID
    theme_id: UUID
    theme: str
    week: date
    since: datetime
    swap_id: UUID | None
    colleague: str | None
    in_exchange: date | None
    ends_at: datetime | None


_OWN = text(
    """
    SELECT on_call.id, on_call.theme_id, theme.name AS theme, on_call.week, since, swap.id AS swap_id, expert.code AS colleague,
        in_exchange, ends_at
    FROM on_call JOIN theme ON theme.id = on_call.theme_id JOIN expert AS own ON own.id = on_call.expert_id AND own.active
    LEFT JOIN swap ON swap.expert_id = on_call.expert_id AND swap.theme_id = theme.id AND swap.week = on_call.week AND state = 'open'
    LEFT JOIN expert ON expert.id = colleague_id
    WHERE on_call.expert_id = :expert AND on_call.week >= :first ORDER BY on_call.week, theme.code COLLATE "C"
    """
)


async def own_weeks(connection: AsyncConnection, expert_id: UUID, first: date) -> list[OwnWeek]:
    """In which weeks the expert is on call, from this one on; none for one who has left the pool. One statement."""
    rows = await connection.execute(_OWN, {"expert": expert_id, "first": first})
    return [OwnWeek(**row._mapping) for row in rows]


class Colleague(msgspec.Struct, frozen=True):
    """An expert on the same theme's rota, and those of their weeks that have not begun."""

    id: UUID
    code: str
    weeks: list[date]


_COLLEAGUES = text(
    """
    SELECT expert.id, expert.code, array_agg(week ORDER BY week) FILTER (WHERE week > :first) AS weeks
    FROM on_call JOIN expert ON expert.id = expert_id
    WHERE theme_id = :theme AND week >= :first AND expert_id <> :expert
        AND expert.active AND coalesce(valid_until >= :first, true)
    GROUP BY expert.id ORDER BY expert.code COLLATE "C"
    """
)


async def colleagues(connection: AsyncConnection, theme_id: UUID, expert_id: UUID) -> list[Colleague]:
    """With whom the expert can swap a week of the theme: whoever is on call for it now or later, and in the pool. One statement."""
    about = {"theme": theme_id, "expert": expert_id, "first": this_week()}
    rows = await connection.execute(_COLLEAGUES, about)
    return [Colleague(row.id, row.code, row.weeks or []) for row in rows]


class SwapLinked(msgspec.Struct, frozen=True):
    """What the link of whoever is asked shows. `expert`: the code of who offers."""

    state: str
    expert: str
    name: str
    theme: str
    week: date
    in_exchange: date | None
    ends_at: datetime
    ended_at: datetime | None
    over: bool


_LINKED = text(
    f"""
    SELECT state, expert.code AS expert, colleague.name, theme.name AS theme, week, in_exchange, ends_at, ended_at,
        (ends_at <= :now AND NOT ({undelivered_sql(Swap)})) AS over, link.revoked_at
    FROM link JOIN swap ON swap.id = link.subject_id JOIN theme ON theme.id = theme_id
    JOIN expert ON expert.id = swap.expert_id JOIN expert AS colleague ON colleague.id = colleague_id
    WHERE token_hash = :hash AND purpose = 'swap'
    """  # noqa: S608 - our own text
)


async def linked(connection: AsyncConnection, token: str) -> SwapLinked:
    """Raises Refused: link_unknown (missing), link_revoked."""
    row = await by_link(connection, _LINKED, token, now=clock.now())
    return SwapLinked(**{name: value for name, value in row._mapping.items() if name != "revoked_at"})


_ON_CALL = text(
    """
    SELECT theme.code AS theme, expert.code AS expert FROM theme
    JOIN on_call ON theme_id = theme.id AND week = :week JOIN expert ON expert.id = expert_id
    WHERE theme.code = ANY(:themes) AND expert.active AND coalesce(valid_until >= :day, true)
    """
)


async def on_call_for(
    connection: AsyncConnection, themes: Collection[str], day: date
) -> dict[str, list[str]]:
    """For each of these themes, by code, the codes of the experts who are on call on this day and in the pool: one statement."""
    about = {"themes": list(themes), "week": week_of(day), "day": day}
    rows = (await connection.execute(_ON_CALL, about)).all()
    return {theme: [row.expert for row in rows if row.theme == theme] for theme in themes}
