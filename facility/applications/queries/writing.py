"""Reads of what is being written: working copies, who else writes, and what each save replaced."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules.forms import Answer

AWAY_AFTER = timedelta(minutes=30)
"""Whoever has not typed for so long is no longer writing."""


class Copy(msgspec.Struct, frozen=True):
    """What somebody has typed in a section and not saved. based_on: the version of the section that they saw; seal: the seal
    of it in a party's own part; sitting: by a link, the page on which it was typed."""

    typed: dict[str, list[str]]
    based_on: int
    started_at: datetime
    saved_at: datetime
    seal: str | None = None
    sitting: UUID | None = None


class Colleague(msgspec.Struct, frozen=True):
    """Somebody of the same institution who has typed something in the same section and not saved it."""

    name: str
    started_at: datetime
    saved_at: datetime

    def writes_at(self, now: datetime) -> bool:
        """Whether they seem to be at it."""
        return now - self.saved_at < AWAY_AFTER


class Writing(msgspec.Struct, frozen=True):
    """A person's own working copy of a section, and the colleagues who have one."""

    own: Copy | None
    colleagues: tuple[Colleague, ...]


_WRITING = text(
    """
    SELECT working_copy.*, person.name FROM working_copy
    JOIN person ON person.id = person_id JOIN party ON party.id = party_id
    WHERE working_copy.application_id = :application_id AND party_id = :party_id AND section = :section
        AND (person_id = :person_id OR person.institution_id = party.institution_id)
    ORDER BY started_at, person_id
    """
)


async def writing(
    connection: AsyncConnection, application_id: UUID, party_id: UUID, section: str, person_id: UUID
) -> Writing:
    """Who is writing in this section, as this person may know."""
    rows = (
        await connection.execute(
            _WRITING,
            {
                "application_id": application_id,
                "party_id": party_id,
                "section": section,
                "person_id": person_id,
            },
        )
    ).all()
    own = next((row for row in rows if row.person_id == person_id), None)
    return Writing(
        own=_copy(own) if own else None,
        colleagues=tuple(
            Colleague(row.name, row.started_at, row.saved_at) for row in rows if row.person_id != person_id
        ),
    )


def _copy(row: Any) -> Copy:
    return Copy(row.typed, row.based_on, row.started_at, row.saved_at, row.seal)


_COPIES = text("SELECT * FROM working_copy WHERE application_id = :application_id AND person_id = :person_id")


async def own_copies(
    connection: AsyncConnection, application_id: UUID, person_id: UUID
) -> dict[tuple[UUID, str], Copy]:
    """What the person has typed and not saved in any section, by party and section."""
    rows = await connection.execute(_COPIES, {"application_id": application_id, "person_id": person_id})
    return {(row.party_id, row.section): _copy(row) for row in rows}


_BY_LINK = text(
    """
    SELECT section, typed, 0 AS based_on, started_at, saved_at, seal, sitting FROM working_copy_by_link
    WHERE party_id = :party_id ORDER BY saved_at DESC, sitting
    """
)


async def link_copies(connection: AsyncConnection, party_id: UUID) -> dict[str, list[Copy]]:
    """What was typed by the party's link and not saved, by section, the newest first."""
    copies: dict[str, list[Copy]] = {}
    for row in await connection.execute(_BY_LINK, {"party_id": party_id}):
        copies.setdefault(row.section, []).append(msgspec.convert(dict(row._mapping), Copy))
    return copies


_VERSION = text(
    """
    SELECT coalesce(max(version), 0) FROM section_change
    WHERE application_id = :application_id AND party_id = :party_id AND section = :section
    """
)


async def entry_version(connection: AsyncConnection, application_id: UUID, party_id: UUID, key: str) -> int:
    """How often an activity or a party was saved; under the key of new ones, how many were added."""
    params = {"application_id": application_id, "party_id": party_id, "section": key}
    return int((await connection.execute(_VERSION, params)).scalar_one())


class Change(msgspec.Struct, frozen=True):
    """What one save of a section replaced, and whose it was."""

    party_id: UUID
    section: str
    version: int
    application_version: int
    saved_by: str | None
    saved_at: datetime
    before: dict[str, Answer]
    after: dict[str, Answer]


_CHANGES = text(
    """
    SELECT party_id, section, version, application_version, person.name AS saved_by, saved_at, before, after
    FROM section_change LEFT JOIN person ON person.id = saved_by
    WHERE application_id = :application_id AND party_id = :party_id AND section = :section AND version > :seen
    ORDER BY saved_at DESC, version DESC, section COLLATE "C"
    """
)


async def section_changes(
    connection: AsyncConnection, application_id: UUID, party_id: UUID, section: str, *, seen: int
) -> list[Change]:
    """What was saved in a section after the version that somebody saw, the newest first."""
    params = {"application_id": application_id, "party_id": party_id, "section": section, "seen": seen}
    rows = await connection.execute(_CHANGES, params)
    return [msgspec.convert(dict(row._mapping), Change, strict=False) for row in rows]
