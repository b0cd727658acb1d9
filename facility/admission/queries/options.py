"""What staff may choose from when they narrow the list of what came in, and the lists that they keep."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.refused import refuse


class KeptView(msgspec.Struct, frozen=True):
    """A list that somebody keeps."""

    id: UUID
    name: str
    shared: bool
    asked: dict[str, str]


MOST_CALLS = 200
"""Calls among which a list of applications can be narrowed; the page says where there are more."""


class Options(msgspec.Struct, frozen=True):
    """What the filters offer, as pairs of value and text, and the lists that the visitor keeps."""

    calls: list[tuple[str, str]]
    beneficiaries: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    views: list[KeptView]


_OPTIONS = text(
    f"""
    SELECT
        (SELECT coalesce(json_agg(json_build_array(reference, reference || ': ' || title)), '[]') FROM (
            SELECT reference, title FROM call WHERE state <> 'draft' ORDER BY closes_at DESC, id LIMIT {MOST_CALLS}) AS latest)
            AS calls,
        (SELECT coalesce(json_agg(json_build_array(code, name) ORDER BY sort_order), '[]') FROM beneficiary)
            AS beneficiaries,
        (SELECT coalesce(json_agg(json_build_array(code, name) ORDER BY code COLLATE "C"), '[]') FROM theme) AS themes,
        (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'shared', shared, 'asked', asked)
            ORDER BY name COLLATE "C"), '[]') FROM saved_view WHERE person_id = :person) AS views
    """  # noqa: S608 - a number of our own
)


async def options(connection: AsyncConnection, person_id: UUID) -> Options:
    """What staff may choose from, in one statement."""
    row = (await connection.execute(_OPTIONS, {"person": person_id})).mappings().one()
    return msgspec.convert(dict(row), Options, strict=False)


async def view_of(connection: AsyncConnection, view_id: UUID, person_id: UUID) -> KeptView:
    """A list of one's own, or one that its owner shares. Raises Refused (missing)."""
    rows = await connection.execute(
        text(
            "SELECT id, name, shared, asked FROM saved_view WHERE id = :id AND (shared OR person_id = :person)"
        ),
        {"id": view_id, "person": person_id},
    )
    row = rows.mappings().first()
    if row is None:
        refuse("not_found", kind="missing")
    return msgspec.convert(dict(row), KeptView, strict=False)
