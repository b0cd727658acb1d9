"""The letters on an application."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.letters.kinds import KINDS
from facility.letters.models import Letter


class LetterLine(msgspec.Struct, frozen=True):
    """A letter to an applicant."""

    id: UUID
    kind: str
    created_at: datetime

    @property
    def label(self) -> str:
        """How lists call it, to be translated."""
        return KINDS[self.kind].label


async def letters_on(connection: AsyncConnection, application_id: UUID) -> list[LetterLine]:
    """The letters on an application, the latest first, but for those that have an address of their own."""
    query = (
        select(Letter.id, Letter.kind, Letter.created_at)
        .where(Letter.application_id == application_id, Letter.kind.not_in(_apart()))
        .order_by(Letter.created_at.desc(), Letter.kind, Letter.id)
    )
    return [LetterLine(**row._mapping) for row in await connection.execute(query)]


async def is_apart(connection: AsyncConnection, letter_id: UUID) -> bool:
    """Whether it has an address of its own. False where there is no such letter."""
    query = select(Letter.id).where(Letter.id == letter_id, Letter.kind.in_(_apart()))
    return (await connection.execute(query)).first() is not None


def _apart() -> list[str]:
    return [kind.name for kind in KINDS.values() if kind.apart]
