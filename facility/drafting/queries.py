"""Reads of unsaved text, and what of it differs from what is saved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.web.texts import composed, plain

type Typed = Mapping[str, Sequence[str]]
"""What was typed, by the name of the field: every value, as it came."""
type Values = Mapping[str, str | list[str]]
"""What is saved, or what a form shows, by the name of the field."""


class Copy(msgspec.Struct, frozen=True):
    """What somebody has typed in a section and not saved. based_on: the version of the section that they saw; holder_id: whose it is."""

    typed: dict[str, list[str]]
    based_on: int
    started_at: datetime
    saved_at: datetime
    holder_id: UUID

    @classmethod
    def of(cls, row: Any) -> "Copy":
        """From a row of `unsaved`."""
        return cls(row.typed, row.based_on, row.started_at, row.saved_at, row.holder_id)

    def says_else(self, stored: Values, names: Collection[str]) -> bool:
        """Whether it differs from what is saved. Fields added to the form after this draft was stored are ignored."""
        return any(
            _as_saved(self.typed[name]) != _as_saved(_many(stored.get(name, "")))
            for name in names
            if name in self.typed
        )

    def over(self, stored: Values) -> dict[str, str | list[str]]:
        """What a form shows: what was typed, and the saved value of each field added to the form since."""
        unasked = {name: value for name, value in stored.items() if name not in self.typed}
        return unasked | {
            name: values[0] if len(values) == 1 else list(values)
            for name, values in self.typed.items()
            if values
        }


def _many(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _as_saved(values: Sequence[str]) -> list[str]:
    """The values as saving would leave them, sorted, and without empty ones."""
    return sorted(filter(None, (composed(plain(value)) for value in values)))


_COPIES = text(
    """
    SELECT * FROM unsaved WHERE subject_id = ANY(:subjects) AND person_id IS NOT DISTINCT FROM CAST(:person AS uuid)
    ORDER BY saved_at DESC, holder_id
    """
)


async def copies_of(
    connection: AsyncConnection, subjects: Collection[UUID], person_id: UUID | None
) -> dict[tuple[UUID, str], list[Copy]]:
    """What this person has typed and not saved, by subject and section: one copy of each. None: what was typed by a link, the
    newest first."""
    copies: dict[tuple[UUID, str], list[Copy]] = {}
    for row in await connection.execute(_COPIES, {"subjects": list(subjects), "person": person_id}):
        copies.setdefault((row.subject_id, row.section), []).append(Copy.of(row))
    return copies
