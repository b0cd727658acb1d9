"""Reads of the taxonomy, as its pages show it."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.rules.taxonomy import Cycle
from facility.refused import refuse


class ThemeShown(msgspec.Struct, frozen=True):
    """A theme, its cycles newest first, and how many experts of the pool know it."""

    id: UUID
    code: str
    name: str
    active: bool
    emergency: bool
    experts: int
    cycles: tuple[Cycle, ...]


_THEME = """
    SELECT theme.id, theme.code, name, active, emergency,
        (SELECT count(*) FROM expert_theme JOIN expert ON expert.id = expert_id AND expert.active
         WHERE theme_code = theme.code) AS experts,
        (SELECT coalesce(json_agg(json_build_object('first_year', first_year, 'last_year', last_year,
            'priority', priority) ORDER BY first_year DESC), '[]')
         FROM theme_cycle WHERE theme_code = theme.code)::text AS cycles
    FROM theme
"""
_ALL = text(f'{_THEME} ORDER BY NOT active, theme.code COLLATE "C"')
_ONE = text(f"{_THEME} WHERE theme.id = :theme")


async def taxonomy(connection: AsyncConnection) -> list[ThemeShown]:
    """Every theme, those that can be chosen first, by code: one statement."""
    return [_shown(row) for row in (await connection.execute(_ALL)).mappings()]


async def theme(connection: AsyncConnection, theme_id: UUID) -> ThemeShown:
    """Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"theme": theme_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="theme")
    return _shown(row)


def _shown(row: Any) -> ThemeShown:
    return msgspec.convert({**row, "cycles": msgspec.json.decode(row["cycles"])}, ThemeShown)
