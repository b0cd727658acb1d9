"""Reads of what is being written: who else writes, and what each save replaced."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.drafting.queries import Copy
from facility.forms.checks import Answer

AWAY_AFTER = timedelta(minutes=30)
"""Whoever has not typed for so long is no longer writing."""


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
    SELECT unsaved.*, person.name FROM unsaved
    JOIN person ON person.id = person_id JOIN party ON party.id = subject_id
    WHERE subject_id = :party_id AND section = :section
        AND (person_id = :person_id OR person.institution_id = party.institution_id)
    ORDER BY started_at, person_id
    """
)


async def writing(connection: AsyncConnection, party_id: UUID, section: str, person_id: UUID) -> Writing:
    """Who is writing in this section, as this person may know."""
    about = {"party_id": party_id, "section": section, "person_id": person_id}
    rows = (await connection.execute(_WRITING, about)).all()
    own = next((Copy.of(row) for row in rows if row.person_id == person_id), None)
    others = (row for row in rows if row.person_id != person_id)
    return Writing(own, tuple(Colleague(row.name, row.started_at, row.saved_at) for row in others))


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
