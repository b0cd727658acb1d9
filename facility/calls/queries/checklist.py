"""What a call's applications are checked for, as it is stored."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules.checklist import ChecklistItem

_CHECKLIST = text("SELECT checklist FROM call WHERE id = :id")


def checklist_in(call: Any) -> tuple[ChecklistItem, ...]:
    """The checklist of a Call, or of a result row with its columns."""
    return msgspec.convert(call.checklist, tuple[ChecklistItem, ...])


async def checklist_of(connection: AsyncConnection, call_id: UUID) -> tuple[ChecklistItem, ...]:
    """The checklist of this call. Raises NoResultFound."""
    return checklist_in((await connection.execute(_CHECKLIST, {"id": call_id})).one())
